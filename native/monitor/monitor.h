// A thread that keeps a mirror equal to one network namespace, and the JavaScript thread's way to it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "flows/flow_table.h"
#include "mirror/mirror.h"
#include "monitor/batch.h"
#include "monitor/portals.h"
#include "monitor/turn.h"
#include "netlink/decode.h"
#include "netlink/request.h"
#include "netlink/socket.h"
#include "netlink/socket_diagnosis.h"

namespace roamkit {

class KernelObserver;

struct MonitorOptions {
  std::string netns;  // "": the process's own
  int receive_buffer_bytes = 8 * 1024 * 1024;
};

struct MonitorStats {
  size_t links = 0;
  size_t addresses = 0;
  size_t rules = 0;
  size_t nexthops = 0;
  size_t routes = 0;
  size_t flows = 0;
  size_t failed_neighbours = 0;
  uint64_t batches = 0;
  uint64_t messages = 0;
  uint64_t malformed_messages = 0;
  uint64_t wakeups = 0;
  uint64_t overruns = 0;
  uint64_t resyncs = 0;
  uint64_t audits = 0;
  uint64_t audit_corrections = 0;
  uint64_t flow_checks = 0;
  int receive_buffer_bytes = 0;
};

struct Confirmation {
  Verdict mirror;
  Verdict kernel;
};

class Monitor {
 public:
  // `notify` is called on the monitor's thread when there is something to take.
  Monitor(MonitorOptions options, std::function<void()> notify);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  Failure Start();
  // Asks the thread to end. When it has freed what it held, it calls `notify` a last time.
  void RequestStop();
  // Whether that has happened.
  [[nodiscard]] bool HasEnded() const { return has_ended_.load(); }
  // Ends the thread and waits for it: no longer than a slice of its work takes, and to free what it held.
  void Stop();

  // How the start ended, once it has: taken once, with the first batch.
  std::optional<Failure> TakeStartResult();
  // What waits, or as much of it as is good for one turn of the event loop.
  std::optional<Batch> TakeBatch();
  [[nodiscard]] bool HasBatch();
  void RequestAudit();
  // Asks for a rebuild of the mirror from dumps that begin from now on, and for new verdicts on all flows.
  // The batch whose `resync_done` is not below the number that this returns comes once both are done.
  uint64_t RequestResync();

  // From the JavaScript thread, answered at once.
  LookupResult Lookup(const LookupQuery& query);
  Failure LookupKernel(const LookupQuery& query, LookupResult& result);
  std::optional<RouteCursor> RoutePage(const RouteFilter& filter, const RouteCursor& from, size_t limit,
                                       std::vector<Route>& out);
  struct AddedFlow {
    uint32_t id;
    Verdict verdict;
    double since_ms;  // as FlowVerdict's
  };
  AddedFlow AddFlow(const FlowSpec& spec);
  void RemoveFlow(uint32_t id);
  // What mirror and kernel say of the flows, in order; none of what is no flow (any more).
  Failure Confirm(std::span<const uint32_t> ids, std::vector<std::optional<Confirmation>>& confirmations);
  // What the kernel knows of the flows' TCP sockets, in order; none where it finds no such socket.
  Failure Diagnose(std::span<const uint32_t> ids, std::vector<std::optional<TcpDiagnosis>>& diagnoses);
  // Why it cannot tell, once it has started; else none.
  [[nodiscard]] Failure DiagnosisFailure() const { return diagnosis_failure_; }
  MonitorStats Stats();
  // The time now (CLOCK_MONOTONIC, ms) if everything the kernel told until now is in the mirror, else 0.
  [[nodiscard]] double ReadUpTo() const;
  // The link as it is, or as it last was; nullopt where it was never seen.
  std::optional<Link> LastSeenLink(uint32_t ifindex);
  uint32_t IfindexOf(const std::string& name);

 private:
  enum class Drained : uint8_t { kEmpty, kMore, kLost, kFailed };
  enum class Publication : uint8_t { kStart, kOrdinary, kResync };

  // A batch ends after this many datagrams even if more wait, so that JavaScript hears of a storm while it
  // blows.
  static constexpr size_t kDatagramsPerBatch = 512;
  // Flows that are confirmed by answers to the same questions, which are a few milliseconds old by then.
  static constexpr size_t kFlowsPerObserver = 256;
  // Until a rebuild that did not get whole is tried again, the first time; see resync.cc.
  static constexpr int kFirstResyncDelayMs = 50;

  Failure ConfirmOne(uint32_t id, KernelObserver& kernel, std::optional<Confirmation>& confirmation);
  void Run();
  void Work();
  // Between the slices of long work, with the lock held: lets JavaScript have it. False: there is no need to
  // go on.
  bool Pause();
  Failure Prepare();
  Failure OpenEvents();
  // Reads what is queued, up to a bound, and applies it.
  Drained Drain(size_t most_datagrams);
  // Reads until nothing is queued, whatever was lost.
  Drained DrainAll();
  void Apply(const Message& message);
  void ApplyRoute(const Message& message);
  Decoded ApplyNetconf(const Message& message);
  Decoded ApplyNeighbour(const Message& message);
  Decoded ApplyPortalOption(const Message& message);
  // Makes the mirror equal to fresh dumps; what differed is left in its changes.
  Failure Resync();
  Failure DumpAll(bool& is_interrupted);
  Failure DumpNetconf(bool& is_interrupted);
  Failure DumpNextHops(bool& is_interrupted);
  Failure DumpRoutes(const RouteFilter& filter, bool& is_interrupted);
  Failure DumpNeighbours(bool& is_interrupted);
  // A gateway that is in use has failed or is back: flows and default paths are judged anew. Others matter to
  // nobody.
  void NoteNeighbour(const Neighbour& neighbour);
  // Compares what was inferred with the kernel.
  void Audit();
  void AuditAll();
  // Looks at routes that may have run out, which no message tells.
  void RefreshExpired();
  // How long to wait for the kernel's news, as poll() counts.
  int PatienceMs();
  // Whether messages wait once all changes under way are done.
  bool HasNewsAfterBarrier();
  void Recover();
  // Publishes what a resync found, and that messages were lost once the mirror is whole; else another is due.
  void ConcludeResync();
  void PutOffResync();
  void Reopen();
  // Until the kernel or somebody of ours wakes the thread; false: nobody did in time, or a signal came.
  bool Wait(int timeout_ms);
  void Publish(Publication publication);
  void UpdateDefaults(Batch& batch);
  void RememberLinks(const MirrorChanges& changes);
  [[nodiscard]] bool IsStopping() const { return is_stopping_.load(); }

  const MonitorOptions options_;
  const std::function<void()> notify_;
  std::thread thread_;
  UniqueFd wake_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<bool> has_ended_{false};
  std::atomic<bool> is_audit_wanted_{false};
  std::atomic<uint64_t> resyncs_wanted_{0};
  std::atomic<int> events_fd_{-1};
  std::atomic<bool> is_reading_{false};  // what was read may not be in the mirror yet

  // Used by the thread only.
  NetlinkSocket events_;
  Requester dumper_{is_stopping_};
  std::vector<Message> messages_;
  Route route_;  // the one being read; kept for the room in its vector
  double received_at_ms_ = 0;
  bool is_resync_due_ = false;                 // the last one did not get whole
  double resync_at_ms_ = 0;                    // when it is due, CLOCK_MONOTONIC
  int resync_delay_ms_ = kFirstResyncDelayMs;  // until the next, should this one not get whole
  bool is_loss_untold_ = false;                // messages were lost, and no resync has said so yet
  uint64_t route_events_ = 0;
  uint64_t resyncs_begun_ = 0;  // of resyncs_wanted_
  uint64_t resyncs_done_ = 0;   // of resyncs_begun_
  uint64_t resyncs_told_ = 0;   // of resyncs_done_
  struct Default {
    std::optional<Path> path;
    std::optional<Ride> ride;
  };
  std::array<Default, 2> defaults_;
  Portals portals_;
  std::vector<Portal> new_portals_;

  // Used by both; guarded by the mutex.
  Turn mutex_;
  Mirror mirror_{[this] { return Pause(); }};
  FlowTable flows_;
  double changed_at_ms_ = 0;  // when verdicts had reason to change last, but for what is not published yet
  MonitorStats stats_;
  std::optional<Failure> start_result_;
  std::optional<Batch> pending_;
  std::map<uint32_t, Link> last_seen_;

  // The JavaScript thread's own questions to the kernel; opened by the thread, in its namespace.
  Requester asker_{is_stopping_};
  SocketDiagnoser diagnoser_;
  Failure diagnosis_failure_;
};

}  // namespace roamkit
