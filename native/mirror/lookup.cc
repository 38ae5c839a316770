// Mirror's answers: rules, then tables, then the best route, then its legs and source, as the kernel's
// fib_rules_lookup(), fib_table_lookup() and fib6_table_lookup() do.
#include "mirror/lookup.h"

#include <algorithm>

#include "mirror/mirror.h"
#include "mirror/source_selection.h"

namespace roamkit {

namespace {

LookupFailure FailureOf(RuleAction action) {
  switch (action) {
    case RuleAction::kBlackhole:
      return LookupFailure::kBlackholed;
    case RuleAction::kProhibit:
      return LookupFailure::kProhibited;
    default:
      // An unreachable rule is ENETUNREACH, as if there were no route; an unreachable route is EHOSTUNREACH.
      return LookupFailure::kNoRoute;
  }
}

}  // namespace

bool Mirror::IsLegUsable(Family family, const NextHop& leg) const {
  const Link* link = links_.Find(leg.oif);
  if (link == nullptr || !link->is_up) return false;
  return link->has_carrier || !linkdown_.IgnoresRoutes(family, leg.oif);
}

bool Mirror::IsLegUsable(Family family, const Fib::Entry& entry, const NextHop& leg) const {
  return !entry.IsDead(leg) && IsLegUsable(family, leg);
}

bool Mirror::IsLocal(const IpAddress& address, uint32_t oif) const {
  LookupQuery query;
  query.destination = address;
  // A link-local address is one link's own; others are the host's (RFC 1122 section 3.3.4.2, the weak host
  // model).
  if (address.IsLinkLocal() && address.family == Family::kV6) query.oif = oif;
  const LookupResult result = Lookup(query);
  return result.has_route && result.type == RouteType::kLocal;
}

bool Mirror::HasWay(TableKey table, const IpAddress& destination, const NextHop& leg) const {
  if (!IsLegUsable(table.family, leg)) return false;
  return fib_.VisitCovering(table, destination, [&](const Prefix&, const Fib::Entries& entries) {
    for (const Fib::Entry entry : entries) {
      if (entry.is_expired) continue;
      for (const NextHop& other : entry.path.nexthops) {
        if (other.IsSameWay(leg)) return true;
      }
    }
    return false;
  });
}

bool Mirror::HasLeg(TableKey table, const Prefix& prefix, uint8_t tos, uint32_t metric, const NextHop& leg,
                    bool any_gateway) const {
  return IsLegUsable(table.family, leg) && fib_.HasLeg(table, prefix, tos, metric, leg, any_gateway);
}

LookupResult Mirror::Lookup(const LookupQuery& query) const {
  LookupResult result;
  Lookup(query, result);
  return result;
}

void Mirror::Lookup(const LookupQuery& query, LookupResult& result) const {
  result.Clear();
  if (query.destination.family != Family::kV4) {
    LookupRules(query, result);
    return;
  }
  LookupIpv4(query, result);
  const bool stays = result.legs.empty() || result.legs.front().oif == links_.LoopbackIndex();
  if (!result.IsRoutable() || stays || !result.source.IsLoopback()) return;
  // A loopback source leaves this host by no link (__mkroute_output), unless route_localnet is set there.
  result.Clear();
  result.is_certain = false;
}

// ip_route_output_key_hash_rcu(): IPv4 settles some questions before it looks at any route, and makes up its
// own mind about multicast and broadcast.
void Mirror::LookupIpv4(const LookupQuery& query, LookupResult& result) const {
  const IpAddress& destination = query.destination;
  std::optional<LookupQuery> asked;
  bool is_source_certain = true;
  if (query.source.IsSet()) {
    if (query.source.IsMulticast() || query.source.IsLimitedBroadcast() || !IsOwn(query.source)) return;
    if (query.oif == 0 && (destination.IsMulticast() || destination.IsLimitedBroadcast())) {
      // Where several links have it, the kernel takes that of the newest (inet_hash_insert).
      const std::vector<uint32_t>& owners = addresses_.OwnersOf(query.source);
      if (!owners.empty()) {
        TakeAsOnLink(query, {owners.rbegin(), owners.rend()}, result);
        return;
      }
    }
  }
  if (query.oif != 0) {
    const Link* link = links_.Find(query.oif);
    if (link == nullptr || !link->is_up) return;
    if (destination.IsLocalMulticast() || destination.IsLimitedBroadcast()) {
      TakeAsOnLink(query, {query.oif}, result);
      return;
    }
    if (!query.source.IsSet() && (destination.IsMulticast() || destination.IsUnspecified())) {
      const Scope scope = destination.IsMulticast() ? Scope::kGlobal : Scope::kHost;
      const SourceChoice choice = SelectIpv4Source(addresses_, query.oif, {}, scope);
      asked.emplace(query).source = choice.address;
      is_source_certain = choice.is_certain;
    }
  }
  if (destination.IsUnspecified()) {
    TakeAsThisHost(asked.value_or(query).source, result);
  } else {
    LookupIpv4Routes(asked ? *asked : query, result);
  }
  result.is_certain = result.is_certain && is_source_certain;
}

void Mirror::LookupIpv4Routes(const LookupQuery& query, LookupResult& result) const {
  LookupRules(query, result);
  if (!result.IsRoutable()) {
    if (query.oif == 0) return;
    // Bound to a link without a route, the peer is taken to be on that link ("apparently, routing tables are
    // wrong").
    const bool is_certain = result.is_certain;
    TakeAsOnLink(query, {query.oif}, result);
    result.is_certain = result.is_certain && is_certain;
    return;
  }
  const IpAddress& destination = query.destination;
  if (!destination.IsMulticast() && !destination.IsLimitedBroadcast()) return;
  // "If multicast route do not exist use default one, but do not gateway in this case" (__mkroute_output).
  constexpr uint8_t kMulticastLength = 4;
  if (destination.IsLimitedBroadcast() || result.prefix.length < kMulticastLength) {
    for (NextHop& leg : result.legs) leg.gateway = {};
  }
  result.type = destination.IsMulticast() ? RouteType::kMulticast : RouteType::kBroadcast;
}

bool Mirror::IsOwn(const IpAddress& source) const {
  return !addresses_.OwnersOf(source).empty() || IsLocal(source, 0);
}

void Mirror::TakeAsOnLink(const LookupQuery& query, const std::vector<uint32_t>& links,
                          LookupResult& result) const {
  result.Clear();
  result.failure = LookupFailure::kNone;
  result.has_route = true;
  result.type = query.destination.IsMulticast()          ? RouteType::kMulticast
                : query.destination.IsLimitedBroadcast() ? RouteType::kBroadcast
                                                         : RouteType::kUnicast;
  result.scope = Scope::kLink;
  for (const uint32_t oif : links) result.legs.push_back({oif, {}, 1, false});
  result.is_certain = links.size() == 1;
  ChooseSource(query, result);
}

// 0.0.0.0 as a destination is this host.
void Mirror::TakeAsThisHost(const IpAddress& source, LookupResult& result) const {
  result.failure = LookupFailure::kNone;
  result.has_route = true;
  result.type = RouteType::kLocal;
  result.legs.push_back({links_.LoopbackIndex(), {}, 1, false});
  result.source = source.IsSet() ? source : *IpAddress::Parse("127.0.0.1");
}

void Mirror::LookupRules(const LookupQuery& query, LookupResult& result) const {
  const std::vector<Rule>& rules = rules_.OfFamily(query.destination.family);
  for (size_t index = 0; index < rules.size(); ++index) {
    const Rule& rule = rules[index];
    const RuleMatch match = rule.AsksNothing() ? RuleMatch{true, true} : MatchRule(rule, query, links_);
    result.is_certain = result.is_certain && match.is_certain;
    if (!match.matches || rule.action == RuleAction::kNop) continue;
    if (rule.action == RuleAction::kGoto) {
      const auto target =
          std::find_if(rules.begin() + static_cast<std::ptrdiff_t>(index) + 1, rules.end(),
                       [&](const Rule& other) { return other.priority >= rule.goto_priority; });
      // A goto whose target is missing is skipped (fib_rules.c).
      if (target == rules.end() || target->priority != rule.goto_priority) continue;
      index = static_cast<size_t>(target - rules.begin()) - 1;
      continue;
    }
    if (rule.action != RuleAction::kTable) {
      result.failure = FailureOf(rule.action);
      return;
    }
    if (!LookupTable(query, rule, result)) continue;
    if (result.IsRoutable()) ChooseSource(query, result);
    // Of the links' groups the mirror knows nothing.
    if (rule.suppress_ifgroup && result.IsRoutable()) result.is_certain = false;
    return;
  }
}

void Mirror::ChooseSource(const LookupQuery& query, LookupResult& result) const {
  const bool is_v4 = query.destination.family == Family::kV4;
  if (query.source.IsSet()) result.source = query.source;
  if (result.source.IsSet()) return;
  if (result.type == RouteType::kLocal && (is_v4 || !addresses_.OwnersOf(query.destination).empty())) {
    result.source = query.destination;
    return;
  }
  if (result.legs.empty()) return;
  const NextHop& leg = result.legs.front();
  const SourceChoice choice = is_v4 ? SelectIpv4Source(addresses_, leg.oif, leg.gateway, result.scope)
                                    : SelectIpv6Source(addresses_, leg.oif, query.destination);
  result.source = choice.address;
  result.is_source_chosen = true;
  result.is_certain = result.is_certain && choice.is_certain;
}

}  // namespace roamkit
