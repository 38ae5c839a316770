// The N-API surface: checks arguments, marshals, decides nothing. Node-API 8, no C++ exceptions.
#include <napi.h>

#include "marshal.h"
#include "monitor/network_namespace.h"
#include "monitor_binding.h"
#include "processes_binding.h"
#include "socket_options.h"

namespace roamkit {

namespace {

void EnterNamespace(const Napi::CallbackInfo& info) {
  if (!info[0].IsString()) {
    InvalidArgument(info.Env(), "netns: must be a name or a path").ThrowAsJavaScriptException();
    return;
  }
  if (const Failure failure = EnterNetworkNamespace(info[0].As<Napi::String>().Utf8Value())) {
    ToJsError(info.Env(), failure).ThrowAsJavaScriptException();
  }
}

Napi::Value BoundIfindexOf(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), BoundIfindex(info[0].ToNumber().Int32Value()));
}

Napi::Value TrySetUserTimeout(const Napi::CallbackInfo& info) {
  const Failure failure = SetUserTimeout(info[0].ToNumber().Int32Value(), info[1].ToNumber().Uint32Value());
  return Napi::Boolean::New(info.Env(), !failure);
}

Napi::Object Initialise(Napi::Env env, Napi::Object exports) {
  ExportMonitor(env, exports);
  exports.Set("enterNetworkNamespace", Napi::Function::New<&EnterNamespace>(env, "enterNetworkNamespace"));
  exports.Set("boundIfindex", Napi::Function::New<&BoundIfindexOf>(env, "boundIfindex"));
  exports.Set("setUserTimeout", Napi::Function::New<&TrySetUserTimeout>(env, "setUserTimeout"));
  ExportProcesses(env, exports);
  return exports;
}

}  // namespace

}  // namespace roamkit

namespace {
Napi::Object Init(Napi::Env env, Napi::Object exports) {
#if defined(__x86_64__)
  // What binding.gyp lets the compiler use.
  if (!__builtin_cpu_supports("popcnt")) {
    Napi::Error::New(env, "this processor is older than what the addon is built for: it has no POPCNT")
        .ThrowAsJavaScriptException();
    return exports;
  }
#endif
  return roamkit::Initialise(env, exports);
}
}  // namespace

NODE_API_MODULE(roamkit, Init)
