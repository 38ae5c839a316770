#include "processes_binding.h"

#include <uv.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "marshal.h"
#include "processes/inventory.h"
#include "processes/reset_socket.h"
#include "thread_name.h"

namespace roamkit {

namespace {

Napi::Value FailureOrNull(Napi::Env env, const Failure& failure) {
  return failure ? ToJsError(env, failure).Value().As<Napi::Value>() : env.Null();
}

// Addresses by their number: thousands of connections have few different ones.
class AddressList {
 public:
  explicit AddressList(Napi::Env env) : texts_(Napi::Array::New(env)) {}

  uint32_t NumberOf(const IpAddress& address) {
    const auto [found, is_new] = numbers_.try_emplace(address, texts_.Length());
    if (is_new) texts_.Set(found->second, address.Text());
    return found->second;
  }
  [[nodiscard]] Napi::Array texts() const { return texts_; }

 private:
  Napi::Array texts_;
  std::map<IpAddress, uint32_t> numbers_;
};

// As NativeInventory in main/monitor/native-addon.ts.
Napi::Object ToJs(Napi::Env env, const Inventory& inventory) {
  Napi::Array processes = Napi::Array::New(env, inventory.processes.size());
  for (uint32_t index = 0; index < inventory.processes.size(); ++index) {
    const InventoriedProcess& process = inventory.processes[index];
    Napi::Object object = Napi::Object::New(env);
    object.Set("pid", process.pid);
    object.Set("listing", FailureOrNull(env, process.listing));
    object.Set("duplicating", FailureOrNull(env, process.duplicating));
    processes.Set(index, object);
  }
  AddressList addresses(env);
  constexpr size_t kNumbers = 12;
  const size_t count = inventory.sockets.size() * kNumbers;
  Napi::Uint32Array numbers = Napi::Uint32Array::New(env, count);
  uint32_t* next = numbers.Data();
  // An environment that is ending makes no more objects, and has nobody who waits for them.
  if (next == nullptr && count > 0) return {};
  for (const HeldSocket& held : inventory.sockets) {
    const ConnectedSocket& socket = held.socket;
    const std::array<uint32_t, kNumbers> row{
        static_cast<uint32_t>(held.pid),
        static_cast<uint32_t>(held.fd),
        socket.inode,
        static_cast<uint32_t>(socket.cookie),
        static_cast<uint32_t>(socket.cookie >> 32),
        static_cast<uint32_t>(socket.state),
        socket.bound_ifindex,
        addresses.NumberOf(socket.local),
        socket.local_port,
        addresses.NumberOf(socket.remote),
        socket.remote_port,
        static_cast<uint32_t>(socket.is_udp),
    };
    next = std::copy(row.begin(), row.end(), next);
  }
  Napi::Object object = Napi::Object::New(env);
  object.Set("processes", processes);
  object.Set("addresses", addresses.texts());
  object.Set("sockets", numbers);
  return object;
}

// One inventory, on a thread of its own: those of libuv may all be waiting for a name server that the network
// change has put out of reach.
class InventoryJob {
 public:
  InventoryJob(Napi::Env env, std::vector<pid_t> pids) : deferred_(env), pids_(std::move(pids)) {}

  static Napi::Value Start(Napi::Env env, std::vector<pid_t> pids) {
    auto owned = std::make_unique<InventoryJob>(env, std::move(pids));
    InventoryJob& job = *owned;
    const Napi::Promise promise = job.deferred_.Promise();
    // Owned by it from here on, until the thread has released it or the environment ends.
    job.done_ = DoneFunction::New(env, "roamkit inventory", 1, 1, owned.release(), &InventoryJob::End);
    // libuv's: std::thread ends the process where there can be no more threads, and pthread_create itself
    // would keep a prebuilt addon from systems before glibc 2.34.
    const int error = uv_thread_create(&job.thread_, &InventoryJob::Run, &job);
    job.has_thread_ = error == 0;
    if (error != 0) {
      job.deferred_.Reject(ToJsError(env, {-error, "pthread_create"}).Value());
      job.done_.Release();
    }
    return promise;
  }

 private:
  static void OnDone(Napi::Env env, Napi::Function, InventoryJob* job, void*) {
    if (env == nullptr || job == nullptr) return;
    const Napi::HandleScope scope(env);
    if (job->failure_) {
      job->deferred_.Reject(ToJsError(env, job->failure_).Value());
      return;
    }
    const Napi::Object inventory = ToJs(env, job->inventory_);
    if (!inventory.IsEmpty()) job->deferred_.Resolve(inventory);
  }
  using DoneFunction = Napi::TypedThreadSafeFunction<InventoryJob, void, &InventoryJob::OnDone>;

  static void Run(void* self) {
    auto* job = static_cast<InventoryJob*>(self);
    NameThread("roamkit-sockets");
    job->failure_ = TakeInventory(job->pids_, job->inventory_);
    // Where the environment is ending nobody waits for it, and the call has released it already.
    if (job->done_.NonBlockingCall() == napi_ok) job->done_.Release();
  }

  static void End(Napi::Env, void*, InventoryJob* job) {
    const std::unique_ptr<InventoryJob> owned(job);
    if (owned->has_thread_) uv_thread_join(&owned->thread_);
  }

  Napi::Promise::Deferred deferred_;
  const std::vector<pid_t> pids_;
  Failure failure_;
  Inventory inventory_;
  DoneFunction done_;
  uv_thread_t thread_{};
  bool has_thread_ = false;  // used by JavaScript's thread only
};

Napi::Value TakeInventoryOf(const Napi::CallbackInfo& info) {
  if (!info[0].IsArray()) {
    InvalidArgument(info.Env(), "pids: must be an array").ThrowAsJavaScriptException();
    return {};
  }
  const Napi::Array list = info[0].As<Napi::Array>();
  std::vector<pid_t> pids(list.Length());
  for (uint32_t index = 0; index < list.Length(); ++index) {
    const Napi::Value pid = list[index];
    pids[index] = pid.ToNumber().Int32Value();
  }
  return InventoryJob::Start(info.Env(), std::move(pids));
}

// (pid, fd, inode, cookie's low half, cookie's high half)
Napi::Value ResetSocketOf(const Napi::CallbackInfo& info) {
  const auto number = [&](size_t index) { return info[index].ToNumber().Uint32Value(); };
  HeldSocketId id;
  id.pid = static_cast<pid_t>(number(0));
  id.fd = static_cast<int>(number(1));
  id.inode = number(2);
  id.cookie = uint64_t{number(4)} << 32 | number(3);
  ResetOutcome outcome = ResetOutcome::kGone;
  if (const Failure failure = ResetSocket(id, outcome)) {
    ToJsError(info.Env(), failure).ThrowAsJavaScriptException();
    return {};
  }
  return Napi::Boolean::New(info.Env(), outcome == ResetOutcome::kReset);
}

}  // namespace

void ExportProcesses(Napi::Env env, Napi::Object exports) {
  exports.Set("takeInventory", Napi::Function::New<&TakeInventoryOf>(env, "takeInventory"));
  exports.Set("resetSocket", Napi::Function::New<&ResetSocketOf>(env, "resetSocket"));
}

}  // namespace roamkit
