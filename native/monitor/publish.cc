// What a batch tells JavaScript.
#include <algorithm>
#include <utility>

#include "monitor/clock.h"
#include "monitor/monitor.h"

namespace roamkit {

namespace {

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

}  // namespace

void Monitor::Publish(Publication publication) {
  {
    const std::lock_guard lock(mutex_);
    const double now_ms = NowMs();
    Batch batch;
    batch.received_at_ms = received_at_ms_;
    batch.is_resync = publication == Publication::kResync;
    batch.mirror = mirror_.TakeChanges();
    if (resyncs_told_ != resyncs_done_) {
      batch.resync_done = resyncs_told_ = resyncs_done_;
      batch.mirror.touched.everything = true;
    }
    // Before the pauses of what follows, in which flows may be added.
    if (!batch.mirror.touched.IsEmpty()) changed_at_ms_ = now_ms;
    batch.verdicts = flows_.Recheck(batch.mirror.touched, mirror_, now_ms, [this] { return Pause(); });
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
