#include "monitor/monitor.h"

#include <linux/rtnetlink.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "monitor/kernel_observer.h"
#include "monitor/network_namespace.h"

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

// A batch ends after this many datagrams even if more wait, so that JavaScript hears of a storm while it
// blows.
constexpr size_t kDatagramsPerBatch = 512;

// The kernel does not flag route and rule dumps that were torn by changes (docs/kernel.md 23). Where they
// keep changing, the events that were queued meanwhile repair what these tries could not.
constexpr int kMostDumps = 5;

// How long a rebuild that did not get whole (a storm overran the queue again, a dump failed or was torn)
// waits for the next try: first, and at most. Where nothing was lost it may take longer: on a router whose
// routes never rest, dumps must not take all of a processor.
constexpr int kFirstResyncDelayMs = 50;
constexpr int kLastResyncDelayMs = 5000;
constexpr int kLastLosslessResyncDelayMs = 30'000;

// A route's end is told in hundredths of a second; a look just before it would see the route alive.
constexpr double kExpirySlackMs = 20;

// How long to wait before opening a socket anew, first and at most.
constexpr int kFirstReopenMs = 100;
constexpr int kLastReopenMs = 5000;

// Docker's veths come with a new index each: their names are kept for paths that still speak of them, not for
// ever.
constexpr size_t kMostRememberedLinks = 4096;

// What "the internet" is for the default path: a.root-servers.net (198.41.0.4, 2001:503:ba3e::2:30), globally
// routed and no network's own. A lookup of it follows rules and split defaults (0.0.0.0/1 + 128.0.0.0/1),
// which the plain search for a /0 route would miss.
IpAddress InternetAddress(Family family) {
  static const IpAddress kV4 = *IpAddress::Parse("198.41.0.4");
  static const IpAddress kV6 = *IpAddress::Parse("2001:503:ba3e::2:30");
  return family == Family::kV4 ? kV4 : kV6;
}

double NowMs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// Whether the source that a path had will do for the next one, which leads the same way. IPv6 takes the
// newest of addresses alike, so that each further one would be another path; but the old one is as good until
// it is deprecated or gone.
bool KeepsSource(const Addresses& addresses, const Path& known, const Path& next) {
  if (known.oif != next.oif || known.gateway != next.gateway || known.table != next.table) return false;
  const std::vector<Address>& of_link = addresses.OfLink(known.oif);
  return std::any_of(of_link.begin(), of_link.end(), [&](const Address& address) {
    return address.address == known.source && address.IsUsable() && !address.is_deprecated;
  });
}

InsertMode ModeOf(const Message& message, Family family) {
  if ((message.flags & NLM_F_REPLACE) != 0) return InsertMode::kReplace;
  // docs/kernel.md 19: IPv4 tells append (CREATE|APPEND) from prepend (CREATE); dumps come in order. IPv6 has
  // no prepend.
  const bool is_prepend =
      family == Family::kV4 && (message.flags & (NLM_F_CREATE | NLM_F_APPEND)) == NLM_F_CREATE;
  return is_prepend ? InsertMode::kPrepend : InsertMode::kAppend;
}

}  // namespace

Monitor::Monitor(MonitorOptions options, std::function<void()> notify)
    : options_(std::move(options)), notify_(std::move(notify)), resync_delay_ms_(kFirstResyncDelayMs) {}

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

std::optional<Failure> Monitor::TakeStartResult() {
  const std::lock_guard lock(mutex_);
  return std::exchange(start_result_, std::nullopt);
}

std::optional<Batch> Monitor::TakeBatch() {
  const std::lock_guard lock(mutex_);
  if (!pending_) return std::nullopt;
  ++stats_.batches;
  if (pending_->IsLarge()) return pending_->TakePart();
  return std::exchange(pending_, std::nullopt);
}

bool Monitor::HasBatch() {
  const std::lock_guard lock(mutex_);
  return pending_.has_value();
}

LookupResult Monitor::Lookup(const LookupQuery& query) {
  const std::lock_guard lock(mutex_);
  return mirror_.Lookup(query);
}

Failure Monitor::LookupKernel(const LookupQuery& query, LookupResult& result) {
  return asker_.LookupRoute(query, result);
}

std::optional<RouteCursor> Monitor::RoutePage(const RouteFilter& filter, const RouteCursor& from,
                                              size_t limit, std::vector<Route>& out) {
  const std::lock_guard lock(mutex_);
  return mirror_.fib().Page(filter, from, limit, out);
}

uint32_t Monitor::AddFlow(const FlowSpec& spec, Verdict& verdict) {
  const std::lock_guard lock(mutex_);
  const uint32_t id = flows_.Add(spec, mirror_);
  verdict = flows_.Find(id)->verdict;
  return id;
}

void Monitor::RemoveFlow(uint32_t id) {
  const std::lock_guard lock(mutex_);
  flows_.Remove(id);
}

Failure Monitor::Confirm(uint32_t id, std::optional<Confirmation>& confirmation) {
  FlowSpec spec;
  Baseline baseline;
  Situation mirrored;
  {
    const std::lock_guard lock(mutex_);
    const FlowTable::Flow* flow = flows_.Find(id);
    if (flow == nullptr) return {};
    spec = flow->spec;
    baseline = flow->baseline;
    if (IsExemptFromJudgement(spec)) {
      confirmation = Confirmation{};
      return {};
    }
    mirrored = Observe(mirror_, spec, &baseline);
  }
  Situation asked;
  if (const Failure failure = ObserveKernel(asker_, spec, baseline, mirrored, asked)) return failure;
  confirmation = Confirmation{Judge(baseline, mirrored), Judge(baseline, asked)};
  return {};
}

Failure Monitor::Diagnose(std::span<const uint32_t> ids,
                          std::vector<std::optional<TcpDiagnosis>>& diagnoses) {
  std::vector<SocketTuple> tuples;
  // Of those that are TCP and whose both ends are known.
  std::vector<size_t> places;
  {
    const std::lock_guard lock(mutex_);
    for (size_t index = 0; index < ids.size(); ++index) {
      const FlowTable::Flow* flow = flows_.Find(ids[index]);
      if (flow == nullptr || flow->spec.is_udp || !flow->spec.local) continue;
      const FlowSpec& spec = flow->spec;
      tuples.push_back({*spec.local, spec.remote, spec.local_port, spec.remote_port, spec.oif});
      places.push_back(index);
    }
  }
  std::vector<std::optional<TcpDiagnosis>> answers;
  if (const Failure failure = diagnoser_.Diagnose(tuples, answers)) return failure;
  diagnoses.assign(ids.size(), std::nullopt);
  for (size_t index = 0; index < places.size(); ++index) diagnoses[places[index]] = answers[index];
  return {};
}

MonitorStats Monitor::Stats() {
  const std::lock_guard lock(mutex_);
  MonitorStats stats = stats_;
  stats.links = mirror_.links().all().size();
  stats.addresses = mirror_.addresses().size();
  stats.rules = mirror_.rules().size();
  stats.nexthops = mirror_.nexthops().all().size();
  stats.routes = mirror_.fib().size();
  stats.flows = flows_.size();
  stats.failed_neighbours = mirror_.neighbours().size();
  stats.flow_checks = flows_.checks();
  return stats;
}

double Monitor::ReadUpTo() const {
  pollfd polled{events_fd_.load(), POLLIN, 0};
  // In this order: what the thread has taken from the socket meanwhile, it took while is_reading_ was set.
  const bool is_empty = polled.fd >= 0 && poll(&polled, 1, 0) == 0;
  return is_empty && !is_reading_ ? NowMs() : 0;
}

std::optional<Link> Monitor::LastSeenLink(uint32_t ifindex) {
  const std::lock_guard lock(mutex_);
  const auto found = last_seen_.find(ifindex);
  return found == last_seen_.end() ? std::nullopt : std::optional(found->second);
}

uint32_t Monitor::IfindexOf(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const Link* link = mirror_.links().FindByName(name);
  return link == nullptr ? 0 : link->ifindex;
}

void Monitor::Run() {
  // For debuggers, `top -H` and our own benchmarks; 15 characters is what the kernel keeps.
  pthread_setname_np(pthread_self(), "roamkit-monitor");
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

void Monitor::Apply(const Message& message) {
  ++stats_.messages;
  Decoded decoded = Decoded::kIgnored;
  switch (message.type) {
    case RTM_NEWLINK:
    case RTM_DELLINK: {
      Link link;
      decoded = DecodeLink(message.payload, link);
      if (decoded != Decoded::kOk) break;
      if (message.type == RTM_DELLINK || !link.IsUsable()) portals_.Forget(link.ifindex);
      if (message.type == RTM_NEWLINK)
        mirror_.PutLink(link);
      else
        mirror_.RemoveLink(link.ifindex);
      break;
    }
    case RTM_NEWADDR:
    case RTM_DELADDR: {
      Address address;
      decoded = DecodeAddress(message.payload, address);
      if (decoded != Decoded::kOk) break;
      if (message.type == RTM_NEWADDR)
        mirror_.PutAddress(address);
      else
        mirror_.RemoveAddress(address);
      break;
    }
    case RTM_NEWNEXTHOP:
    case RTM_DELNEXTHOP: {
      NextHopObject object;
      decoded = DecodeNextHop(message.payload, object);
      if (decoded != Decoded::kOk) break;
      ++route_events_;
      if (message.type == RTM_NEWNEXTHOP)
        mirror_.PutNextHop(object);
      else
        mirror_.RemoveNextHop(object.id);
      break;
    }
    case RTM_NEWNETCONF:
      decoded = ApplyNetconf(message);
      break;
    case RTM_NEWRULE:
    case RTM_DELRULE: {
      Rule rule;
      decoded = DecodeRule(message.payload, rule);
      if (decoded != Decoded::kOk) break;
      ++route_events_;
      if (message.type == RTM_NEWRULE)
        mirror_.PutRule(rule);
      else
        mirror_.RemoveRule(rule);
      break;
    }
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
      ApplyRoute(message);
      return;
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
      decoded = ApplyNeighbour(message);
      break;
    case RTM_NEWNDUSEROPT:
      decoded = ApplyPortalOption(message);
      break;
    default:
      break;
  }
  if (decoded == Decoded::kMalformed) ++stats_.malformed_messages;
}

Decoded Monitor::ApplyNetconf(const Message& message) {
  Netconf netconf;
  const Decoded decoded = DecodeNetconf(message.payload, netconf);
  if (decoded != Decoded::kOk) return decoded;
  if (netconf.ignores_linkdown)
    mirror_.SetLinkdownPolicy(netconf.family, netconf.ifindex, *netconf.ignores_linkdown);
  // Whether the host forwards, not a single link of it.
  const bool is_of_host = netconf.family == Family::kV6 && netconf.ifindex == 0;
  if (is_of_host && netconf.forwards) mirror_.SetForwardsIpv6(*netconf.forwards);
  return decoded;
}

void Monitor::ApplyRoute(const Message& message) {
  const Decoded decoded = DecodeRoute(message.payload, route_);
  if (decoded == Decoded::kMalformed) ++stats_.malformed_messages;
  if (decoded != Decoded::kOk) return;
  ++route_events_;
  if (message.type == RTM_NEWROUTE)
    mirror_.PutRoute(route_, ModeOf(message, route_.family()));
  else
    mirror_.RemoveRoute(route_);
}

Decoded Monitor::ApplyNeighbour(const Message& message) {
  Neighbour neighbour;
  NeighbourState state = NeighbourState::kFound;
  const Decoded decoded = DecodeNeighbour(message.payload, neighbour, state);
  if (decoded != Decoded::kOk) return decoded;
  // A neighbour that the kernel drops is told with the state it had.
  if (message.type == RTM_DELNEIGH) state = NeighbourState::kFound;
  if (mirror_.PutNeighbour(neighbour, state)) NoteNeighbour(neighbour);
  return decoded;
}

Decoded Monitor::ApplyPortalOption(const Message& message) {
  PortalOption option;
  const Decoded decoded = DecodePortalOption(message.payload, option);
  if (decoded != Decoded::kOk || mirror_.links().Find(option.ifindex) == nullptr) return decoded;
  if (portals_.Learn(option)) AddPortal(new_portals_, {std::move(option), NowMs()});
  return decoded;
}

void Monitor::NoteNeighbour(const Neighbour& neighbour) {
  const bool is_default = std::any_of(defaults_.begin(), defaults_.end(), [&](const Default& known) {
    return known.path && known.path->oif == neighbour.ifindex && known.path->gateway == neighbour.address;
  });
  mirror_.TouchRoutesVia(neighbour);
  if (is_default || flows_.RidesOn(neighbour)) mirror_.TouchGateway(neighbour);
}

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

Monitor::Drained Monitor::DrainAll() {
  Drained drained = Drained::kMore;
  while (drained != Drained::kEmpty && drained != Drained::kFailed && !IsStopping()) {
    drained = Drain(kDatagramsPerBatch);
  }
  return drained;
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

void Monitor::Publish(Publication publication) {
  {
    const std::lock_guard lock(mutex_);
    Batch batch;
    batch.received_at_ms = received_at_ms_;
    batch.is_resync = publication == Publication::kResync;
    batch.mirror = mirror_.TakeChanges();
    if (resyncs_told_ != resyncs_done_) {
      batch.resync_done = resyncs_told_ = resyncs_done_;
      batch.mirror.touched.everything = true;
    }
    batch.verdicts = flows_.Recheck(batch.mirror.touched, mirror_, [this] { return Pause(); });
    UpdateDefaults(batch);
    batch.portals = std::exchange(new_portals_, {});
    RememberLinks(batch.mirror);
    const bool is_start = publication == Publication::kStart;
    if (batch.IsEmpty() && !is_start) return;
    if (is_start) {
      start_result_ = Failure{};
      // Routes are asked for when they are wanted; a million of them are no news at the start.
      batch.mirror.routes.clear();
      batch.mirror.omitted_routes = 0;
    }
    if (pending_)
      pending_->Merge(std::move(batch));
    else
      pending_ = std::move(batch);
  }
  notify_();
}

void Monitor::UpdateDefaults(Batch& batch) {
  if (batch.mirror.touched.IsEmpty()) return;
  bool has_changed = false;
  DefaultPaths paths;
  for (const Family family : {Family::kV4, Family::kV6}) {
    const size_t index = family == Family::kV4 ? 0 : 1;
    LookupQuery query;
    query.destination = InternetAddress(family);
    const LookupResult result = mirror_.Lookup(query);
    Default& known = defaults_[index];
    Default next;
    if (result.IsRoutable() && result.type == RouteType::kUnicast && !result.legs.empty()) {
      const NextHop& leg = result.legs.front();
      const Link* link = mirror_.links().Find(leg.oif);
      // Without a carrier the kernel still sends there, into nothing.
      if (link != nullptr && link->IsUsable() && !link->is_loopback) {
        next.path = Path{leg.oif, leg.gateway, result.source, result.table, mirror_.IsGatewayReachable(leg)};
        if (result.is_source_chosen && known.path &&
            KeepsSource(mirror_.addresses(), *known.path, *next.path)) {
          next.path->source = known.path->source;
        }
        next.ride = Ride{result.table, result.prefix, result.tos, result.metric, leg};
      }
    }
    paths[index] = next.path;
    if (next.path != known.path) {
      has_changed = true;
      const bool is_same = next.path && known.path && next.path->HasSameIdentity(*known.path);
      if (known.ride && !is_same) {
        const Ride& ride = *known.ride;
        const Link* link = mirror_.links().Find(ride.leg.oif);
        batch.lost_defaults[index] =
            link == nullptr || !link->IsUsable() || !mirror_.IsGatewayReachable(ride.leg) ||
            !mirror_.addresses().HasAny(ride.leg.oif, family) ||
            !mirror_.HasLeg({family, ride.table}, ride.prefix, ride.tos, ride.metric, ride.leg, false);
      }
    }
    known = next;
    // A path is told with its link's name: a new name is worth telling, though the path is the same.
    has_changed = has_changed || (next.path && batch.mirror.touched.links.contains(next.path->oif));
  }
  if (has_changed) batch.default_paths = paths;
}

void Monitor::RememberLinks(const MirrorChanges& changes) {
  for (const Change<Link>& change : changes.links) last_seen_[change.value.ifindex] = change.value;
  if (last_seen_.size() > kMostRememberedLinks) {
    std::erase_if(last_seen_,
                  [&](const auto& entry) { return mirror_.links().Find(entry.first) == nullptr; });
  }
}

}  // namespace roamkit
