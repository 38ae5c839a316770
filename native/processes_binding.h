// The N-API surface of native/processes: checks arguments, marshals, decides nothing.
#pragma once

#include <napi.h>

namespace roamkit {

void ExportProcesses(Napi::Env env, Napi::Object exports);

}  // namespace roamkit
