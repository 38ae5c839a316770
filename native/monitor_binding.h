// The N-API surface of native/monitor: checks arguments, marshals, decides nothing.
#pragma once

#include <napi.h>

namespace roamkit {

// Adds the class NativeMonitor of main/monitor/native-addon.ts.
void ExportMonitor(Napi::Env env, Napi::Object exports);

}  // namespace roamkit
