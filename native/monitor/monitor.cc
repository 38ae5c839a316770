#include "monitor/monitor.h"

#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "monitor/clock.h"
#include "monitor/network_namespace.h"
#include "thread_name.h"

namespace roamkit {

namespace {

// docs/kernel.md 27. Other namespaces' messages (NETLINK_LISTEN_ALL_NSID) are not asked for: their indexes
// mean other links.
constexpr uint32_t kGroups[] = {
    RTNLGRP_LINK,         RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV4_RULE,
    RTNLGRP_IPV6_IFADDR,  RTNLGRP_IPV6_ROUTE,  RTNLGRP_IPV6_RULE,  RTNLGRP_IPV4_NETCONF,
    RTNLGRP_IPV6_NETCONF, RTNLGRP_NEIGH,       RTNLGRP_ND_USEROPT,
};

// Groups that older kernels do without (RTNLGRP_NEXTHOP: 5.3); what they would tell, those do not have.
constexpr uint32_t kRecentGroups[] = {RTNLGRP_NEXTHOP};

// The loopback link has this index in every namespace (LOOPBACK_IFINDEX in the kernel's net_namespace.h).
constexpr uint32_t kLoopbackIndex = 1;

// How long to wait before opening a socket anew, first and at most.
constexpr int kFirstReopenMs = 100;
constexpr int kLastReopenMs = 5000;

}  // namespace

Monitor::Monitor(MonitorOptions options, std::function<void()> notify)
    : options_(std::move(options)), notify_(std::move(notify)) {}

Monitor::~Monitor() {
  Stop();
}

Failure Monitor::Start() {
  wake_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_.IsOpen()) return Failure::Last("eventfd");
  thread_ = std::thread([this] { Run(); });
  return {};
}

void Monitor::RequestStop() {
  is_stopping_ = true;
  if (wake_.IsOpen()) eventfd_write(wake_.get(), 1);
}

void Monitor::Stop() {
  if (!thread_.joinable()) return;
  RequestStop();
  thread_.join();
}

void Monitor::RequestAudit() {
  is_audit_wanted_ = true;
  if (wake_.IsOpen()) eventfd_write(wake_.get(), 1);
}

uint64_t Monitor::RequestResync() {
  const uint64_t wanted = ++resyncs_wanted_;
  if (wake_.IsOpen()) eventfd_write(wake_.get(), 1);
  return wanted;
}

void Monitor::Run() {
  NameThread("roamkit-monitor");
  Work();
  {
    // A million routes and a hundred thousand flows take their time to free, which JavaScript has not.
    const std::lock_guard lock(mutex_);
    mirror_.Clear();
    flows_ = {};
    pending_.reset();
  }
  has_ended_ = true;
  notify_();
}

bool Monitor::Pause() {
  mutex_.LetOthers();
  return !IsStopping();
}

void Monitor::Work() {
  if (const Failure failure = Prepare()) {
    {
      const std::lock_guard lock(mutex_);
      start_result_ = failure;
    }
    notify_();
    return;
  }
  Publish(Publication::kStart);
  while (!IsStopping()) {
    // By the clock, not by silence: what is missing must come though other news never ceases.
    if (is_resync_due_ && NowMs() >= resync_at_ms_) Recover();
    RefreshExpired();
    if (!Wait(PatienceMs())) continue;
    switch (Drain(kDatagramsPerBatch)) {
      case Drained::kMore:
        Publish(Publication::kOrdinary);
        break;
      case Drained::kEmpty:
        // First the news, then the second look at what it implied: a large dump must not delay a verdict.
        Publish(Publication::kOrdinary);
        Audit();
        Publish(Publication::kOrdinary);
        break;
      case Drained::kLost:
        Recover();
        break;
      case Drained::kFailed:
        Reopen();
        break;
    }
  }
}

bool Monitor::Wait(int timeout_ms) {
  std::array<pollfd, 2> polled{{{events_.fd(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
  if (poll(polled.data(), polled.size(), timeout_ms) <= 0) return false;
  eventfd_t ignored = 0;
  eventfd_read(wake_.get(), &ignored);
  received_at_ms_ = NowMs();
  const std::lock_guard lock(mutex_);
  ++stats_.wakeups;
  return true;
}

Failure Monitor::Prepare() {
  if (!options_.netns.empty()) {
    if (const Failure failure = EnterNetworkNamespace(options_.netns)) return failure;
  }
  // Subscribe first, then dump, then replay what came meanwhile: no gap in which a change could hide.
  if (const Failure failure = OpenEvents()) return failure;
  if (const Failure failure = dumper_.Open()) return failure;
  if (const Failure failure = asker_.Open()) return failure;
  // Evidence is welcome, not needed.
  diagnosis_failure_ = diagnoser_.Open();
  received_at_ms_ = NowMs();
  const Failure failure = Resync();
  // Where changes never cease it is put off, not given up.
  if (is_resync_due_)
    PutOffResync();
  else
    is_loss_untold_ = false;
  return failure;
}

Failure Monitor::OpenEvents() {
  if (const Failure failure = events_.Open(false)) return failure;
  events_fd_ = events_.fd();
  const int granted = events_.GrowReceiveBuffer(options_.receive_buffer_bytes);
  {
    const std::lock_guard lock(mutex_);
    stats_.receive_buffer_bytes = granted;
  }
  for (const uint32_t group : kGroups) {
    if (const Failure failure = events_.Join(group)) return failure;
  }
  for (const uint32_t group : kRecentGroups) {
    const Failure failure = events_.Join(group);
    if (failure && failure.error != EINVAL) return failure;
  }
  return {};
}

Monitor::Drained Monitor::Drain(size_t most_datagrams) {
  for (size_t count = 0; count < most_datagrams && !IsStopping(); ++count) {
    // Before it is read: what ReadUpTo() found read has an earlier time.
    const double now_ms = NowMs();
    mutex_.WaitForOthers();
    is_reading_ = true;
    const Received received = events_.Receive(messages_);
    if (received != Received::kMessages) is_reading_ = false;
    switch (received) {
      case Received::kMessages: {
        const std::lock_guard lock(mutex_);
        mirror_.SetTime(now_ms);
        for (const Message& message : messages_) Apply(message);
        is_reading_ = false;
        break;
      }
      case Received::kNothing:
        return Drained::kEmpty;
      case Received::kOverrun:
      case Received::kTruncated: {
        is_loss_untold_ = true;
        // Storms pass; what they took must not wait long after.
        resync_delay_ms_ = kFirstResyncDelayMs;
        const std::lock_guard lock(mutex_);
        ++stats_.overruns;
        return Drained::kLost;
      }
      case Received::kFailed:
        is_loss_untold_ = true;
        return Drained::kFailed;
    }
  }
  return Drained::kMore;
}

Monitor::Drained Monitor::DrainAll() {
  Drained drained = Drained::kMore;
  while (drained != Drained::kEmpty && drained != Drained::kFailed && !IsStopping()) {
    drained = Drain(kDatagramsPerBatch);
  }
  return drained;
}

// The kernel answers for a link once whatever it is changing is done and told (both hold its RTNL lock).
bool Monitor::HasNewsAfterBarrier() {
  std::optional<Link> ignored;
  dumper_.GetLink(kLoopbackIndex, ignored);
  pollfd polled{events_.fd(), POLLIN, 0};
  return poll(&polled, 1, 0) > 0;
}

// The socket itself failed, which the kernel has no reason for; a new one and a fresh dump make good for it.
void Monitor::Reopen() {
  for (int delay_ms = kFirstReopenMs; !IsStopping(); delay_ms = std::min(delay_ms * 2, kLastReopenMs)) {
    if (!OpenEvents()) {
      Recover();
      return;
    }
    // Half open, it would wake us for what nobody reads.
    events_ = {};
    events_fd_ = -1;
    Wait(delay_ms);
  }
}

}  // namespace roamkit
