#include "monitor_binding.h"

#include <atomic>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "arguments.h"
#include "marshal.h"
#include "monitor/monitor.h"

namespace roamkit {

namespace {

class NativeMonitor : public Napi::ObjectWrap<NativeMonitor> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "NativeMonitor",
                       {
                           InstanceMethod<&NativeMonitor::Start>("start"),
                           InstanceMethod<&NativeMonitor::Lookup>("lookup"),
                           InstanceMethod<&NativeMonitor::LookupKernel>("lookupKernel"),
                           InstanceMethod<&NativeMonitor::Routes>("routes"),
                           InstanceMethod<&NativeMonitor::AddFlow>("addFlow"),
                           InstanceMethod<&NativeMonitor::RemoveFlow>("removeFlow"),
                           InstanceMethod<&NativeMonitor::ConfirmFlows>("confirmFlows"),
                           InstanceMethod<&NativeMonitor::DiagnoseFlows>("diagnoseFlows"),
                           InstanceMethod<&NativeMonitor::WhyNoDiagnosis>("whyNoDiagnosis"),
                           InstanceMethod<&NativeMonitor::Audit>("audit"),
                           InstanceMethod<&NativeMonitor::Resync>("resync"),
                           InstanceMethod<&NativeMonitor::ReadUpTo>("readUpTo"),
                           InstanceMethod<&NativeMonitor::Resume>("resume"),
                           InstanceMethod<&NativeMonitor::Stats>("stats"),
                           InstanceMethod<&NativeMonitor::KeepAlive>("ref"),
                           InstanceMethod<&NativeMonitor::LetDie>("unref"),
                           InstanceMethod<&NativeMonitor::Close>("close"),
                       });
  }

  explicit NativeMonitor(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeMonitor>(info) {
    if (!info[0].IsObject() || !info[1].IsFunction()) {
      InvalidArgument(info.Env(), "options must be an object and onBatch a function")
          .ThrowAsJavaScriptException();
      return;
    }
    MonitorOptions options = ReadMonitorOptions(info[0].As<Napi::Object>());
    on_batch_ = Napi::Persistent(info[1].As<Napi::Function>());
    monitor_ = std::make_unique<Monitor>(std::move(options), [this] { Wake(); });
  }

  ~NativeMonitor() override { Shutdown(); }

 private:
  static void OnWake(Napi::Env env, Napi::Function, NativeMonitor* self, void*) {
    if (env != nullptr && self != nullptr) self->HandOver(env);
  }
  using WakeFunction = Napi::TypedThreadSafeFunction<NativeMonitor, void, &NativeMonitor::OnWake>;

  // On the monitor's thread. One wake of JavaScript at a time, until it calls resume(): what comes meanwhile
  // joins the waiting batch. Without that pause a storm would be handed over in one turn of the event loop,
  // for as long as it lasts, for a thread-safe function runs all that is queued.
  void Wake() {
    // That it has ended is told even so: there will be no resume().
    if (!is_wake_queued_.exchange(true) || monitor_->HasEnded()) wake_.NonBlockingCall();
  }

  void HandOver(Napi::Env env) {
    const Napi::HandleScope scope(env);
    if (!closing_.empty() && monitor_->HasEnded()) {
      FinishClose(env);
      return;
    }
    if (!is_open_) return;
    if (starting_) {
      is_wake_queued_ = false;
      const std::optional<Failure> result = monitor_->TakeStartResult();
      if (!result) return;
      FinishStart(env, *result);
      if (is_open_ && monitor_->HasBatch()) Wake();
      return;
    }
    std::optional<Batch> batch = monitor_->TakeBatch();
    if (batch) {
      on_batch_.Call({ToJs(env, *batch, finder())});
      FinishResyncs(env, batch->resync_done);
      return;
    }
    // An earlier wake took it along, so nobody will call resume().
    is_wake_queued_ = false;
    if (monitor_->HasBatch()) Wake();
  }

  void FinishStart(Napi::Env env, const Failure& failure) {
    const Napi::Promise::Deferred deferred = *std::exchange(starting_, std::nullopt);
    if (failure) {
      Shutdown();
      deferred.Reject(ToJsError(env, failure).Value());
      return;
    }
    wake_.Unref(env);
    std::optional<Batch> batch = monitor_->TakeBatch();
    deferred.Resolve(ToJs(env, batch ? *batch : Batch{}, finder()));
  }

  Napi::Value Start(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const auto deferred = Napi::Promise::Deferred::New(env);
    if (is_open_ || is_closed_) {
      deferred.Reject(ClosedError(env, "a monitor starts once"));
      return deferred.Promise();
    }
    // The queue holds one wake, for is_wake_queued_ lets no second one in.
    wake_ = WakeFunction::New(env, "roamkit monitor", 0, 1, this);
    is_open_ = true;
    has_thread_ = true;
    starting_ = deferred;
    Ref();
    // Node runs it when the environment ends (exit, a worker's end, Electron's quit) with the monitor still
    // open.
    napi_add_env_cleanup_hook(env, &NativeMonitor::OnEnvironmentEnd, this);
    env_ = env;
    if (const Failure failure = monitor_->Start()) FinishStart(env, failure);
    return deferred.Promise();
  }

  // Resolves once the batch that says that it is done was handed over.
  Napi::Value Resync(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const auto deferred = Napi::Promise::Deferred::New(env);
    if (!is_open_ || starting_) {
      deferred.Reject(ClosedError(env, "the monitor is not running"));
      return deferred.Promise();
    }
    // Who waits for it keeps the process alive.
    wake_.Ref(env);
    resyncs_.emplace_back(monitor_->RequestResync(), deferred);
    return deferred.Promise();
  }

  void FinishResyncs(Napi::Env env, uint64_t done) {
    while (!resyncs_.empty() && resyncs_.front().first <= done) {
      resyncs_.front().second.Resolve(env.Undefined());
      resyncs_.pop_front();
      if (resyncs_.empty() && is_open_ && !is_kept_alive_) wake_.Unref(env);
    }
  }

  static Napi::Value ClosedError(Napi::Env env, const char* message) {
    Napi::Error error = Napi::Error::New(env, message);
    error.Value().Set("code", "ERR_ROAMKIT_CLOSED");
    return error.Value();
  }

  static void OnEnvironmentEnd(void* self) { static_cast<NativeMonitor*>(self)->Shutdown(); }

  // No call is answered from the mirror any more, and nothing is handed over.
  void EndService() {
    is_closed_ = true;
    if (!is_open_) return;
    is_open_ = false;
    final_stats_ = monitor_->Stats();
    // It holds on to those who hold on to this object.
    on_batch_.Reset();
  }

  // Ends the thread first, so that nobody wakes a function that is gone. Idempotent.
  void Shutdown() {
    EndService();
    if (!has_thread_) return;
    has_thread_ = false;
    napi_remove_env_cleanup_hook(env_, &NativeMonitor::OnEnvironmentEnd, this);
    monitor_->Stop();
    // Its sockets go now, not when this object is collected.
    monitor_.reset();
    wake_.Release();
    Unref();
  }

  // The thread frees what it held, which takes long where that is much: nobody waits for it but the promise.
  Napi::Value Close(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const auto deferred = Napi::Promise::Deferred::New(env);
    if (starting_) {
      std::exchange(starting_, std::nullopt)
          ->Reject(ClosedError(env, "the monitor was closed while it started"));
    }
    EndService();
    for (const auto& [number, resync] : std::exchange(resyncs_, {})) {
      resync.Reject(ClosedError(env, "the monitor was closed while it read the kernel's state anew"));
    }
    if (!has_thread_) {
      deferred.Resolve(env.Undefined());
      return deferred.Promise();
    }
    closing_.push_back(deferred);
    // The process lives until the promise is kept.
    wake_.Ref(env);
    monitor_->RequestStop();
    return deferred.Promise();
  }

  void FinishClose(Napi::Env env) {
    const std::vector<Napi::Promise::Deferred> closing = std::exchange(closing_, {});
    Shutdown();
    for (const Napi::Promise::Deferred& deferred : closing) deferred.Resolve(env.Undefined());
  }

  [[nodiscard]] FindLink finder() {
    return [this](uint32_t ifindex) { return monitor_->LastSeenLink(ifindex); };
  }

  // Throws and returns false where the monitor does not run.
  bool AssertRunning(Napi::Env env) {
    if (is_open_ && !starting_) return true;
    Napi::Error error = Napi::Error::New(env, "the monitor is not running");
    error.Value().Set("code", "ERR_ROAMKIT_CLOSED");
    error.ThrowAsJavaScriptException();
    return false;
  }

  Napi::Value Lookup(const Napi::CallbackInfo& info) {
    if (!AssertRunning(info.Env())) return {};
    const std::optional<LookupQuery> query = ReadLookupQuery(info, *monitor_);
    if (!query) return {};
    return LookupToJs(info.Env(), monitor_->Lookup(*query), finder());
  }

  Napi::Value LookupKernel(const Napi::CallbackInfo& info) {
    if (!AssertRunning(info.Env())) return {};
    const std::optional<LookupQuery> query = ReadLookupQuery(info, *monitor_);
    if (!query) return {};
    LookupResult result;
    if (const Failure failure = monitor_->LookupKernel(*query, result)) {
      ToJsError(info.Env(), failure).ThrowAsJavaScriptException();
      return {};
    }
    return LookupToJs(info.Env(), result, finder());
  }

  Napi::Value Routes(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!AssertRunning(env)) return {};
    const std::optional<RouteCursor> from = ReadRouteCursor(info[1]);
    if (!from) return {};
    const size_t limit = info[2].IsNumber() ? info[2].As<Napi::Number>().Uint32Value() : 1;
    std::vector<Route> routes;
    const std::optional<RouteCursor> next =
        monitor_->RoutePage(ReadRouteFilter(info[0]), *from, limit, routes);
    Napi::Array list = Napi::Array::New(env, routes.size());
    RouteMaker maker(env, finder());
    for (uint32_t index = 0; index < routes.size(); ++index) list.Set(index, maker.Make(routes[index]));
    Napi::Object page = Napi::Object::New(env);
    page.Set("routes", list);
    page.Set("cursor", next ? Napi::String::New(env, CursorText(*next)).As<Napi::Value>() : env.Null());
    return page;
  }

  Napi::Value AddFlow(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!AssertRunning(env)) return {};
    const std::optional<FlowSpec> spec = ReadFlow(info[0], *monitor_);
    if (!spec) return {};
    const Monitor::AddedFlow added = monitor_->AddFlow(*spec);
    Napi::Object result = Napi::Object::New(env);
    result.Set("flow", added.id);
    result.Set("verdict", VerdictMaker(env, finder()).Make(added.verdict));
    result.Set("since", added.since_ms);
    return result;
  }

  void RemoveFlow(const Napi::CallbackInfo& info) {
    if (is_open_ && info[0].IsNumber()) monitor_->RemoveFlow(info[0].As<Napi::Number>().Uint32Value());
  }

  Napi::Value ConfirmFlows(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!AssertRunning(env)) return {};
    const std::optional<std::vector<uint32_t>> ids = ReadFlowIds(info[0]);
    if (!ids) return {};
    std::vector<std::optional<Confirmation>> confirmations;
    if (const Failure failure = monitor_->Confirm(*ids, confirmations)) {
      ToJsError(env, failure).ThrowAsJavaScriptException();
      return {};
    }
    Napi::Array answers = Napi::Array::New(env, confirmations.size());
    VerdictMaker verdicts(env, finder());
    for (uint32_t index = 0; index < confirmations.size(); ++index) {
      const std::optional<Confirmation>& confirmation = confirmations[index];
      if (!confirmation) {
        answers.Set(index, env.Null());
        continue;
      }
      Napi::Object answer = Napi::Object::New(env);
      answer.Set("mirror", verdicts.Make(confirmation->mirror));
      answer.Set("kernel", verdicts.Make(confirmation->kernel));
      answers.Set(index, answer);
    }
    return answers;
  }

  Napi::Value DiagnoseFlows(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!AssertRunning(env)) return {};
    const std::optional<std::vector<uint32_t>> ids = ReadFlowIds(info[0]);
    if (!ids) return {};
    std::vector<std::optional<TcpDiagnosis>> diagnoses;
    if (const Failure failure = monitor_->Diagnose(*ids, diagnoses)) {
      ToJsError(env, failure).ThrowAsJavaScriptException();
      return {};
    }
    Napi::Array answers = Napi::Array::New(env, diagnoses.size());
    for (uint32_t index = 0; index < diagnoses.size(); ++index) {
      const std::optional<TcpDiagnosis>& diagnosis = diagnoses[index];
      answers.Set(index, diagnosis ? ToJs(env, *diagnosis).As<Napi::Value>() : env.Null());
    }
    return answers;
  }

  Napi::Value WhyNoDiagnosis(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!AssertRunning(env)) return {};
    const Failure failure = monitor_->DiagnosisFailure();
    return failure ? ToJsError(env, failure).Value().As<Napi::Value>() : env.Null();
  }

  void Audit(const Napi::CallbackInfo&) {
    if (is_open_) monitor_->RequestAudit();
  }

  void Resume(const Napi::CallbackInfo&) {
    if (!is_open_) return;
    is_wake_queued_ = false;
    if (monitor_->HasBatch()) Wake();
  }

  Napi::Value ReadUpTo(const Napi::CallbackInfo& info) {
    const double time_ms = is_open_ ? monitor_->ReadUpTo() : 0;
    return time_ms == 0 ? info.Env().Null() : Napi::Number::New(info.Env(), time_ms).As<Napi::Value>();
  }

  Napi::Value Stats(const Napi::CallbackInfo& info) {
    return ToJs(info.Env(), is_open_ ? monitor_->Stats() : final_stats_);
  }

  void KeepAlive(const Napi::CallbackInfo& info) {
    is_kept_alive_ = true;
    if (is_open_) wake_.Ref(info.Env());
  }

  void LetDie(const Napi::CallbackInfo& info) {
    is_kept_alive_ = false;
    if (is_open_ && resyncs_.empty()) wake_.Unref(info.Env());
  }

  std::unique_ptr<Monitor> monitor_;  // none once it is closed
  MonitorStats final_stats_;
  Napi::FunctionReference on_batch_;
  WakeFunction wake_;
  std::atomic<bool> is_wake_queued_{false};
  bool is_kept_alive_ = false;  // by who called ref()
  // By rising number.
  std::deque<std::pair<uint64_t, Napi::Promise::Deferred>> resyncs_;
  std::optional<Napi::Promise::Deferred> starting_;
  std::vector<Napi::Promise::Deferred> closing_;
  napi_env env_ = nullptr;
  bool is_open_ = false;  // between start() and close()
  bool is_closed_ = false;
  bool has_thread_ = false;
};

}  // namespace

void ExportMonitor(Napi::Env env, Napi::Object exports) {
  exports.Set("NativeMonitor", NativeMonitor::Define(env));
}

}  // namespace roamkit
