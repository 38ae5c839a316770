// How the mirror becomes equal to the kernel where messages do not say enough: dumps, audits, routes that run
// out.
#include <algorithm>
#include <cmath>
#include <utility>

#include "monitor/clock.h"
#include "monitor/monitor.h"

namespace roamkit {

namespace {

// The kernel does not flag route and rule dumps that were torn by changes (docs/kernel.md 23). Where they
// keep changing, the events that were queued meanwhile repair what these tries could not.
constexpr int kMostDumps = 5;

// How long a rebuild that did not get whole (a storm overran the queue again, a dump failed or was torn)
// waits for the next try at most; first kFirstResyncDelayMs. Where nothing was lost it may take longer: on a
// router whose routes never rest, dumps must not take all of a processor.
constexpr int kLastResyncDelayMs = 5000;
constexpr int kLastLosslessResyncDelayMs = 30'000;

// A route's end is told in hundredths of a second; a look just before it would see the route alive.
constexpr double kExpirySlackMs = 20;

}  // namespace

Failure Monitor::Resync() {
  is_resync_due_ = true;
  for (int tries = 0; tries < kMostDumps && !IsStopping(); ++tries) {
    // Until its queue is empty the kernel drops what is new without saying so (docs/kernel.md 22): a dump
    // that began before that proves nothing.
    if (DrainAll() == Drained::kFailed) return events_.failure();
    const uint64_t events_before = route_events_;
    resyncs_begun_ = resyncs_wanted_.load();
    bool is_interrupted = false;
    if (const Failure failure = DumpAll(is_interrupted)) return failure;
    Drained drained = Drained::kMore;
    while (drained == Drained::kMore && !IsStopping()) drained = Drain(kDatagramsPerBatch);
    if (drained == Drained::kFailed) return events_.failure();
    // What was lost meanwhile only another dump makes good, and what a dump passed over because of changes in
    // its middle (docs/kernel.md 23), too.
    is_resync_due_ = drained != Drained::kEmpty || is_interrupted || route_events_ != events_before;
    if (is_resync_due_) continue;
    resyncs_done_ = resyncs_begun_;
    break;
  }
  const std::lock_guard lock(mutex_);
  mirror_.TakeUnaudited();
  return {};
}

Failure Monitor::DumpAll(bool& is_interrupted) {
  std::vector<Link> links;
  std::vector<Address> addresses;
  std::vector<Rule> rules;
  const auto note = [&](const DumpResult& result) {
    is_interrupted = is_interrupted || result.is_interrupted;
    return result.failure;
  };
  if (const Failure failure = note(dumper_.DumpLinks([&](const Message& message) {
        Link link;
        if (DecodeLink(message.payload, link) == Decoded::kOk) links.push_back(std::move(link));
      }))) {
    return failure;
  }
  if (const Failure failure = note(dumper_.DumpAddresses([&](const Message& message) {
        Address address;
        if (DecodeAddress(message.payload, address) == Decoded::kOk) addresses.push_back(address);
      }))) {
    return failure;
  }
  for (const Family family : {Family::kV4, Family::kV6}) {
    const Failure failure = note(dumper_.DumpRules(family, [&](const Message& message) {
      Rule rule;
      if (DecodeRule(message.payload, rule) == Decoded::kOk) rules.push_back(std::move(rule));
    }));
    // A kernel without IPv6, or without policy routing, has none to tell.
    if (failure && failure.error != EOPNOTSUPP && failure.error != EAFNOSUPPORT) return failure;
  }
  {
    const std::lock_guard lock(mutex_);
    mirror_.AcceptLinks(links);
    mirror_.AcceptAddresses(addresses);
    mirror_.AcceptRules(rules);
  }
  if (const Failure failure = DumpNetconf(is_interrupted)) return failure;
  if (const Failure failure = DumpNextHops(is_interrupted)) return failure;
  for (const Family family : {Family::kV4, Family::kV6}) {
    if (const Failure failure = DumpRoutes({family, 0, 0}, is_interrupted)) return failure;
  }
  return DumpNeighbours(is_interrupted);
}

Failure Monitor::DumpNeighbours(bool& is_interrupted) {
  DumpedNeighbours neighbours;
  const DumpResult result = dumper_.DumpNeighbours([&](const Message& message) {
    Neighbour neighbour;
    NeighbourState state = NeighbourState::kFound;
    const Decoded decoded = DecodeNeighbour(message.payload, neighbour, state);
    // Those that are fine need no place: what is not listed has not failed.
    if (decoded == Decoded::kOk && state != NeighbourState::kFound) neighbours.emplace_back(neighbour, state);
  });
  // Where a sandbox denies this table, no neighbour has failed.
  if (result.failure.error == EACCES || result.failure.error == EPERM) return {};
  if (result.failure) return result.failure;
  is_interrupted = is_interrupted || result.is_interrupted;
  const std::lock_guard lock(mutex_);
  for (const Neighbour& changed : mirror_.AcceptNeighbours(neighbours)) NoteNeighbour(changed);
  return {};
}

Failure Monitor::DumpNetconf(bool& is_interrupted) {
  for (const Family family : {Family::kV4, Family::kV6}) {
    const DumpResult result = dumper_.DumpNetconf(family, [&](const Message& message) {
      const std::lock_guard lock(mutex_);
      ApplyNetconf(message);
    });
    // A kernel without IPv6 has no settings for it.
    const int error = result.failure.error;
    if (result.failure && error != EOPNOTSUPP && error != EAFNOSUPPORT) return result.failure;
    is_interrupted = is_interrupted || result.is_interrupted;
  }
  return {};
}

Failure Monitor::DumpNextHops(bool& is_interrupted) {
  std::vector<NextHopObject> objects;
  const DumpResult result = dumper_.DumpNextHops([&](const Message& message) {
    NextHopObject object;
    if (DecodeNextHop(message.payload, object) == Decoded::kOk) objects.push_back(std::move(object));
  });
  // A kernel before 5.3 has none.
  if (result.failure) return result.failure.error == EOPNOTSUPP ? Failure{} : result.failure;
  is_interrupted = is_interrupted || result.is_interrupted;
  const std::lock_guard lock(mutex_);
  mirror_.AcceptNextHops(objects);
  return {};
}

Failure Monitor::DumpRoutes(const RouteFilter& filter, bool& is_interrupted) {
  {
    const std::lock_guard lock(mutex_);
    mirror_.BeginRouteDump();
  }
  const InsertMode mode = filter.oif == 0 ? InsertMode::kDumped : InsertMode::kAppend;
  const DumpResult result = dumper_.DumpRoutes(filter, [&](std::span<const Message> messages) {
    mutex_.WaitForOthers();
    const std::lock_guard lock(mutex_);
    for (const Message& message : messages) {
      if (DecodeRoute(message.payload, route_) != Decoded::kOk) continue;
      if (route_.expires_in_ms != 0) mirror_.SetTime(NowMs());
      mirror_.PutRoute(route_, mode);
    }
  });
  // On a link that is gone there are no routes.
  const bool is_link_gone = filter.oif != 0 && result.failure.error == ENODEV;
  if (result.failure && !is_link_gone) return result.failure;
  is_interrupted = is_interrupted || result.is_interrupted;
  const std::lock_guard lock(mutex_);
  mirror_.EndRouteDump(filter);
  return {};
}

// Compares everything, as somebody asked for.
void Monitor::AuditAll() {
  DrainAll();
  size_t listed_before = 0;
  uint64_t messages_before = 0;
  {
    const std::lock_guard lock(mutex_);
    listed_before = mirror_.change_count();
    messages_before = stats_.messages;
  }
  if (Resync()) return;
  // What comes meanwhile changes the mirror too, and is no correction.
  const bool has_news = HasNewsAfterBarrier();
  const std::lock_guard lock(mutex_);
  ++stats_.audits;
  if (has_news || stats_.messages != messages_before) return;
  stats_.audit_corrections += mirror_.change_count() - listed_before;
}

void Monitor::Audit() {
  // One that does not get whole is put off with the others: it is begun here once.
  const bool is_audit_wanted = is_audit_wanted_.exchange(false);
  if (is_audit_wanted || resyncs_wanted_.load() > resyncs_begun_) {
    AuditAll();
    ConcludeResync();
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (!mirror_.HasUnaudited()) return;
  }
  // A dump may show what is still being done, whose messages are to come: nothing to learn from it then.
  if (HasNewsAfterBarrier()) return;
  std::set<uint32_t> links;
  size_t listed_before = 0;
  {
    const std::lock_guard lock(mutex_);
    links = mirror_.TakeUnaudited();
    ++stats_.audits;
    listed_before = mirror_.change_count();
  }
  bool is_interrupted = false;
  bool is_failed = static_cast<bool>(DumpNextHops(is_interrupted));
  for (const uint32_t ifindex : links) {
    for (const Family family : {Family::kV4, Family::kV6}) {
      is_failed = is_failed || DumpRoutes({family, 0, ifindex}, is_interrupted);
    }
  }
  if (is_failed || is_interrupted) {
    PutOffResync();
    return;
  }
  size_t corrections = 0;
  {
    const std::lock_guard lock(mutex_);
    corrections = mirror_.change_count() - listed_before;
  }
  if (corrections == 0 || HasNewsAfterBarrier()) return;
  const std::lock_guard lock(mutex_);
  stats_.audit_corrections += corrections;
}

void Monitor::RefreshExpired() {
  {
    const std::lock_guard lock(mutex_);
    if (mirror_.NextExpiry() > NowMs() - kExpirySlackMs) return;
  }
  // What is queued comes first; the loop is back here after it.
  if (HasNewsAfterBarrier()) return;
  std::set<uint32_t> links;
  {
    const std::lock_guard lock(mutex_);
    links = mirror_.TakeExpired(NowMs());
  }
  received_at_ms_ = NowMs();
  bool is_interrupted = false;
  bool is_failed = false;
  for (const uint32_t ifindex : links) {
    is_failed = is_failed || DumpRoutes({Family::kV6, 0, ifindex}, is_interrupted);
  }
  if (is_failed || is_interrupted) PutOffResync();
  Publish(Publication::kOrdinary);
}

int Monitor::PatienceMs() {
  const std::lock_guard lock(mutex_);
  const double until_expiry_ms = mirror_.NextExpiry() + kExpirySlackMs - NowMs();
  // Longer than a day counts as for ever: whoever wakes then waits on.
  constexpr double kLongestMs = 24.0 * 3600 * 1000;
  const int patience = until_expiry_ms > kLongestMs
                           ? static_cast<int>(kLongestMs)
                           : std::max(0, static_cast<int>(std::ceil(until_expiry_ms)));
  const double until_resync_ms = std::ceil(std::max(0.0, resync_at_ms_ - NowMs()));
  if (is_resync_due_) return std::min(patience, static_cast<int>(until_resync_ms));
  return std::isinf(until_expiry_ms) ? -1 : patience;
}

void Monitor::Recover() {
  // A new socket owes no answers to the questions that failed.
  if (Resync() && !IsStopping()) dumper_.Open();
  ConcludeResync();
}

void Monitor::ConcludeResync() {
  if (is_resync_due_) {
    PutOffResync();
    Publish(Publication::kOrdinary);
    return;
  }
  resync_delay_ms_ = kFirstResyncDelayMs;
  if (!std::exchange(is_loss_untold_, false)) {
    Publish(Publication::kOrdinary);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    ++stats_.resyncs;
    // Links may have gone and come back; what is said twice does less harm than what is not said.
    portals_.ForgetAll();
  }
  Publish(Publication::kResync);
}

void Monitor::PutOffResync() {
  is_resync_due_ = true;
  resync_at_ms_ = NowMs() + resync_delay_ms_;
  resync_delay_ms_ =
      std::min(resync_delay_ms_ * 2, is_loss_untold_ ? kLastResyncDelayMs : kLastLosslessResyncDelayMs);
}

}  // namespace roamkit
