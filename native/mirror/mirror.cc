#include "mirror/mirror.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace roamkit {

namespace {

// Beyond this many prefixes, checking all flows is cheaper than asking each prefix for its flows: more flows
// than this are rare.
constexpr size_t kMostTouchedPrefixes = 65536;

// A batch lists this many route changes and counts the rest: enough for any ordinary event, and a storm of a
// million does not become a million JavaScript objects.
constexpr size_t kMostListedRoutes = 4096;

}  // namespace

void Touched::Add(const Prefix& prefix, std::vector<Prefix>& to) {
  if (everything) return;
  // Of the legs of a route, or of its coming and going, each tells of the same prefix.
  if (!to.empty() && to.back() == prefix) return;
  to.push_back(prefix);
  if (to.size() <= kMostTouchedPrefixes) return;
  everything = true;
  prefixes = {};
  local_prefixes = {};
}

Mirror::Mirror(std::function<bool()> pause)
    : pause_(std::move(pause)),
      fib_([this](ChangeKind kind, const Route& route) { RouteChanged(kind, route); }, pause_) {}

void Mirror::RouteChanged(ChangeKind kind, const Route& route) {
  changes_.touched.AddPrefix(route.destination);
  if (route.type == RouteType::kLocal) changes_.touched.AddLocalPrefix(route.destination);
  if (kind == ChangeKind::kRemove) losses_.AddRoute(route);
  if (changes_.routes.size() < kMostListedRoutes) {
    changes_.routes.push_back({kind, route});
  } else {
    ++changes_.omitted_routes;
  }
}

void Mirror::PutLink(const Link& link) {
  const Link* known = links_.Find(link.ifindex);
  // Told again after a dump that knew it already: routes that were told in between went with it.
  if (!link.IsUsable()) FlushNextHops(link.ifindex);
  if (known != nullptr && *known == link) return;
  const bool went_down = known != nullptr && known->is_up && !link.is_up;
  const bool came_up = known != nullptr && !known->is_up && link.is_up;
  const bool became_usable = known != nullptr && !known->IsUsable() && link.IsUsable();
  if (known != nullptr && known->IsUsable() && !link.IsUsable()) losses_.AddLink(link.ifindex);
  changes_.links.push_back({known == nullptr ? ChangeKind::kAdd : ChangeKind::kChange, link});
  changes_.touched.links.insert(link.ifindex);
  links_.Put(link);
  if (came_up) MarkLegs(Family::kV4, link.ifindex, false);
  if (became_usable) MarkLegs(Family::kV6, link.ifindex, false);
  if (!went_down) return;
  neighbours_.EraseLink(link.ifindex);
  FlushRoutes(link.ifindex, Family::kV4, Flush::kLinkDown);
  // IPv6 tells, unless skip_notify_on_dev_down is set (docs/kernel.md 8).
  FlushRoutes(link.ifindex, Family::kV6, Flush::kLinkDown);
}

void Mirror::SetLinkdownPolicy(Family family, uint32_t ifindex, bool ignores_routes) {
  if (!linkdown_.Set(family, ifindex, ignores_routes)) return;
  for (const auto& [index, link] : links_.all()) {
    const bool is_meant = ifindex == LinkdownPolicy::kAllLinks || ifindex == index;
    if (is_meant && !link.has_carrier) changes_.touched.links.insert(index);
  }
}

void Mirror::RemoveLink(uint32_t ifindex) {
  const Link* known = links_.Find(ifindex);
  if (known == nullptr) return;
  Link gone = *known;
  gone.is_up = false;
  links_.Put(gone);
  losses_.AddLink(ifindex);
  changes_.touched.links.insert(ifindex);
  const std::vector<Address> addresses = addresses_.OfLink(ifindex);
  for (const Address& address : addresses) RemoveAddress(address);
  FlushNextHops(ifindex);
  FlushRoutes(ifindex, Family::kV4, Flush::kLinkGone);
  FlushRoutes(ifindex, Family::kV6, Flush::kLinkGone);
  links_.Erase(ifindex);
  neighbours_.EraseLink(ifindex);
  expiries_.erase(ifindex);
  for (const Family family : {Family::kV4, Family::kV6}) linkdown_.Set(family, ifindex, false);
  changes_.links.push_back({ChangeKind::kRemove, gone});
}

void Mirror::PutAddress(const Address& address) {
  const Address* known = addresses_.Find(address);
  // A renewal may give the connected route another end, even one in the past (docs/kernel.md 36).
  if (known != nullptr && address.address.family == Family::kV6) expiries_[address.ifindex] = now_ms_;
  if (known != nullptr && *known == address) return;
  changes_.addresses.push_back({known == nullptr ? ChangeKind::kAdd : ChangeKind::kChange, address});
  changes_.touched.addresses.insert(address.address);
  changes_.touched.links.insert(address.ifindex);
  if (address.address.family == Family::kV4) MarkLegs(Family::kV4, address.ifindex, false);
  addresses_.Put(address);
}

void Mirror::RemoveAddress(const Address& key) {
  const Address* known = addresses_.Find(key);
  if (known == nullptr) return;
  const Address address = *known;
  changes_.addresses.push_back({ChangeKind::kRemove, address});
  changes_.touched.addresses.insert(address.address);
  changes_.touched.links.insert(address.ifindex);
  losses_.AddAddress(address);
  addresses_.Erase(address);
  if (address.address.family != Family::kV4) {
    ClearPreferredSource(address);
    return;
  }
  // With the last address IPv4 is off on the link (docs/kernel.md 2, 11).
  if (!addresses_.HasAny(address.ifindex, Family::kV4)) {
    FlushRoutes(address.ifindex, Family::kV4, Flush::kLastAddress);
  }
  if (addresses_.OwnersOf(address.address).empty()) FlushPreferredSource(address);
}

// A route goes with its last leg (docs/kernel.md 1, 2, 7, 8). On a link that is down, IPv4 keeps those of
// host scope; of a link that is gone, it keeps no route with a leg there (fib_sync_down_dev), while IPv6
// takes only the leg out (fib6_ifdown).
void Mirror::FlushRoutes(uint32_t ifindex, Family family, Flush why) {
  const auto is_left = [&](const Fib::Entry& entry) {
    for (const NextHop& leg : entry.path.nexthops) {
      const Link* link = links_.Find(leg.oif);
      if (leg.oif != ifindex && !entry.IsDead(leg) && link != nullptr && link->is_up) return true;
    }
    return false;
  };
  // Routes by next-hop objects go with those (fib6_ifdown, and fib_sync_down_dev does not know them).
  const auto is_affected = [&](const RoutePath& path) {
    return path.family == family && path.nexthop_id == 0 && path.Uses(ifindex);
  };
  fib_.RemoveIf(is_affected, [&](TableKey, const Prefix& prefix, const Fib::Entry& entry) {
    if (family == Family::kV4 && why == Flush::kLinkGone) return true;
    const bool stays = family == Family::kV4 && entry.scope == Scope::kHost && why == Flush::kLinkDown;
    if (!stays && !is_left(entry)) return true;
    // A leg less: the route stays, but flows may have ridden on that leg (docs/kernel.md 7).
    changes_.touched.AddPrefix(prefix);
    return false;
  });
  if (family == Family::kV6 && why == Flush::kLinkGone) {
    fib_.ReviseIf(is_affected, [&](Route& route) {
      route.EraseLegs([&](const NextHop& leg) { return leg.oif == ifindex; });
      return true;
    });
  }
  MarkLegs(family, ifindex, true);
  unaudited_.insert(ifindex);
}

void Mirror::MarkLegs(Family family, uint32_t ifindex, bool are_dead) {
  fib_.MarkLegs(family, ifindex, are_dead, [&](const Prefix& prefix) { changes_.touched.AddPrefix(prefix); });
}

void Mirror::FlushPreferredSource(const Address& address) {
  fib_.RemoveIf(
      [&](const RoutePath& path) {
        return path.family == Family::kV4 && path.preferred_source == address.address;
      },
      [](TableKey table, const Prefix&, const Fib::Entry&) { return table.table == kTableMain; });
  unaudited_.insert(address.ifindex);
}

// IPv6 keeps the routes of a preferred source and takes that out of them in silence (rt6_remove_prefsrc),
// unless the address went because its link did (addrconf_ifdown).
void Mirror::ClearPreferredSource(const Address& address) {
  const Link* link = links_.Find(address.ifindex);
  const bool went_with_link = link == nullptr || !link->is_up;
  const auto is_left = [&](const Route& route) {
    const std::vector<uint32_t>& owners = addresses_.OwnersOf(address.address);
    return std::any_of(owners.begin(), owners.end(),
                       [&](uint32_t owner) { return !address.address.IsLinkLocal() || route.Uses(owner); });
  };
  fib_.ReviseIf(
      [&](const RoutePath& path) { return path.nexthop_id == 0 && path.preferred_source == address.address; },
      [&](Route& route) {
        for (const NextHop& leg : route.nexthops) unaudited_.insert(leg.oif);
        if (went_with_link || is_left(route)) return false;
        route.preferred_source = {};
        return true;
      });
}

void Mirror::PutNextHop(const NextHopObject& object) {
  const NextHopObject* known = nexthops_.Find(object.id);
  if (known != nullptr && *known == object) return;
  nexthops_.Put(object);
  for (const uint32_t id : nexthops_.WithGroups(object.id)) ResolveNextHop(id);
}

void Mirror::RemoveNextHop(uint32_t id) {
  const NextHopObjects::Removal removal = nexthops_.Remove(id);
  if (!removal.removed.empty()) {
    fib_.RemoveIf([&](const RoutePath& path) { return removal.removed.contains(path.nexthop_id); },
                  [](TableKey, const Prefix&, const Fib::Entry&) { return true; });
  }
  for (const uint32_t group : removal.shrunk) ResolveNextHop(group);
}

void Mirror::FlushNextHops(uint32_t ifindex) {
  const std::vector<uint32_t> ids = nexthops_.OfLink(ifindex);
  for (const uint32_t id : ids) RemoveNextHop(id);
  if (!ids.empty()) unaudited_.insert(ifindex);
  fib_.RemoveIf(
      [&](const RoutePath& path) {
        return path.nexthop_id != 0 && nexthops_.Find(path.nexthop_id) == nullptr && path.Uses(ifindex);
      },
      [](TableKey, const Prefix&, const Fib::Entry&) { return true; });
}

void Mirror::ResolveNextHop(uint32_t id) {
  const std::optional<NextHopObjects::Resolved> resolved = nexthops_.Resolve(id);
  if (resolved) fib_.RewriteNextHop(id, resolved->legs, resolved->is_blackhole);
}

Route Mirror::Resolved(const Route& route) const {
  Route whole = route;
  // Where routes without a carrier are passed by, the kernel calls their legs dead as well
  // (fib_nexthop_info).
  for (size_t leg = 0; leg < whole.nexthops.size(); ++leg) {
    const uint32_t oif = whole.nexthops[leg].oif;
    const Link* link = links_.Find(oif);
    const bool is_linkdown = link != nullptr && link->is_up && !link->has_carrier;
    if (whole.IsDead(leg) && is_linkdown && linkdown_.IgnoresRoutes(route.family(), oif)) {
      whole.undecided_legs |= 1U << leg;
      whole.dead_legs &= ~(1U << leg);
    }
  }
  if (const std::optional<NextHopObjects::Resolved> resolved = nexthops_.Resolve(route.nexthop_id)) {
    whole.nexthops = resolved->legs;
    whole.dead_legs = 0;  // a dead member leaves its group
    const bool is_plain = route.type == RouteType::kUnicast || route.type == RouteType::kBlackhole;
    if (is_plain) whole.type = resolved->is_blackhole ? RouteType::kBlackhole : RouteType::kUnicast;
  }
  return whole;
}

void Mirror::PutRule(const Rule& rule) {
  if (rules_.Has(rule)) return;
  rules_.Insert(rule);
  changes_.rules.push_back({ChangeKind::kAdd, rule});
  changes_.touched.AddPrefix(Prefix::All(rule.family));
}

void Mirror::RemoveRule(const Rule& rule) {
  if (!rules_.Erase(rule)) return;
  changes_.rules.push_back({ChangeKind::kRemove, rule});
  changes_.touched.AddPrefix(Prefix::All(rule.family));
}

void Mirror::PutRoute(const Route& route, InsertMode mode) {
  if (route.expires_in_ms != 0) NoteExpiry(route);
  // A message may tell the legs besides the object, or only the object (docs/kernel.md 9).
  if (route.nexthop_id != 0 || route.dead_legs != 0)
    fib_.Insert(Resolved(route), mode);
  else
    fib_.Insert(route, mode);
}

void Mirror::RemoveRoute(const Route& route) {
  fib_.Remove(route);
}

bool Mirror::PutNeighbour(const Neighbour& neighbour, NeighbourState state) {
  return neighbours_.Put(neighbour, state, now_ms_);
}

void Mirror::TouchRoutesVia(const Neighbour& gateway) {
  if (gateway.address.family != Family::kV6 || forwards_ipv6_) return;
  if (fib_.UsesGateway(gateway.ifindex, gateway.address))
    changes_.touched.AddPrefix(Prefix::All(Family::kV6));
}

void Mirror::SetForwardsIpv6(bool forwards) {
  if (forwards_ipv6_ == forwards) return;
  forwards_ipv6_ = forwards;
  if (neighbours_.size() > 0) changes_.touched.AddPrefix(Prefix::All(Family::kV6));
}

void Mirror::BeginRouteDump() {
  fib_.BeginSweep();
}

void Mirror::EndRouteDump(const RouteFilter& scope) {
  fib_.EndSweep(scope);
}

void Mirror::AcceptLinks(const std::vector<Link>& dumped) {
  std::set<uint32_t> present;
  for (const Link& link : dumped) present.insert(link.ifindex);
  std::vector<uint32_t> gone;
  for (const auto& [ifindex, link] : links_.all()) {
    if (!present.contains(ifindex)) gone.push_back(ifindex);
  }
  for (const uint32_t ifindex : gone) RemoveLink(ifindex);
  for (const Link& link : dumped) PutLink(link);
}

void Mirror::AcceptAddresses(const std::vector<Address>& dumped) {
  std::set<decltype(std::declval<Address>().Key())> present;
  for (const Address& address : dumped) present.insert(address.Key());
  std::vector<Address> gone;
  for (const auto& [ifindex, addresses] : addresses_.all()) {
    std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(gone),
                 [&](const Address& known) { return !present.contains(known.Key()); });
  }
  for (const Address& address : gone) RemoveAddress(address);
  for (const Address& address : dumped) {
    const Address* known = addresses_.Find(address);
    if (known == nullptr || *known != address) PutAddress(address);
  }
  addresses_.TakeOrder(dumped);
}

void Mirror::AcceptNextHops(const std::vector<NextHopObject>& dumped) {
  std::set<uint32_t> gone;
  for (const auto& [id, object] : nexthops_.all()) gone.insert(id);
  for (const NextHopObject& object : dumped) gone.erase(object.id);
  for (const uint32_t id : gone) RemoveNextHop(id);
  for (const NextHopObject& object : dumped) PutNextHop(object);
}

void Mirror::AcceptRules(const std::vector<Rule>& dumped) {
  for (const Family family : {Family::kV4, Family::kV6}) {
    const std::vector<Rule> known = rules_.OfFamily(family);
    std::vector<Rule> told;
    std::copy_if(dumped.begin(), dumped.end(), std::back_inserter(told),
                 [family](const Rule& rule) { return rule.family == family; });
    // As they are but for a rare mistake; and to look each up in the other list takes long where there are
    // thousands.
    if (known == told) continue;
    for (const Rule& rule : known) {
      if (std::find(told.begin(), told.end(), rule) == told.end()) RemoveRule(rule);
    }
    for (const Rule& rule : told) PutRule(rule);
  }
}

void Mirror::Clear() {
  fib_.Clear();
  changes_ = {};
}

void Mirror::NoteExpiry(const Route& route) {
  const double at_ms = now_ms_ + route.expires_in_ms;
  for (const NextHop& leg : route.nexthops) {
    const auto [known, is_first] = expiries_.try_emplace(leg.oif, at_ms);
    if (!is_first) known->second = std::min(known->second, at_ms);
  }
}

double Mirror::NextExpiry() const {
  double next_ms = std::numeric_limits<double>::infinity();
  for (const auto& [ifindex, at_ms] : expiries_) next_ms = std::min(next_ms, at_ms);
  return next_ms;
}

std::set<uint32_t> Mirror::TakeExpired(double now_ms) {
  std::set<uint32_t> links;
  for (const auto& [ifindex, at_ms] : expiries_) {
    if (at_ms <= now_ms) links.insert(ifindex);
  }
  for (const uint32_t ifindex : links) expiries_.erase(ifindex);
  return links;
}

std::vector<Neighbour> Mirror::AcceptNeighbours(const DumpedNeighbours& dumped) {
  return neighbours_.Accept(dumped, now_ms_);
}

MirrorChanges Mirror::TakeChanges() {
  return std::exchange(changes_, {});
}

std::set<uint32_t> Mirror::TakeUnaudited() {
  return std::exchange(unaudited_, {});
}

}  // namespace roamkit
