// Mirror's answers: rules, then tables, then the best route, then its legs and source, as the kernel's
// fib_rules_lookup(), fib_table_lookup() and fib6_table_lookup() do.
#include "mirror/lookup.h"

#include <algorithm>

#include "mirror/mirror.h"
#include "mirror/source_selection.h"

namespace roamkit {

namespace {

LookupFailure FailureOf(RouteType type) {
  switch (type) {
    case RouteType::kBlackhole:
      return LookupFailure::kBlackholed;
    case RouteType::kUnreachable:
      return LookupFailure::kUnreachable;
    case RouteType::kProhibit:
      return LookupFailure::kProhibited;
    default:
      return LookupFailure::kNone;
  }
}

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

// RFC 4191 section 2.1: 01 high, 00 medium, 11 low, a two's complement number.
int PreferenceRank(uint8_t preference) {
  return preference == 1 ? 1 : preference == 3 ? -1 : 0;
}

bool IsSpecial(RouteType type) {
  return FailureOf(type) != LookupFailure::kNone || type == RouteType::kThrow;
}

bool HasGateway(const std::vector<NextHop>& legs) {
  return std::any_of(legs.begin(), legs.end(), [](const NextHop& leg) { return leg.gateway.IsSet(); });
}

bool IsOneWay(const std::vector<NextHop>& legs) {
  return std::all_of(legs.begin(), legs.end(),
                     [&](const NextHop& leg) { return leg.IsSameWay(legs.front()); });
}

}  // namespace

bool Mirror::IsLegUsable(Family family, const NextHop& leg) const {
  const Link* link = links_.Find(leg.oif);
  if (link == nullptr || !link->is_up) return false;
  return link->has_carrier || !linkdown_.IgnoresRoutes(family, leg.oif);
}

bool Mirror::IsLegUsable(Family family, const Fib::Entry& entry, const NextHop& leg) const {
  const auto index = static_cast<size_t>(&leg - entry.path.nexthops.data());
  const bool is_dead = index < 32 && (entry.dead_legs >> index & 1U) != 0;
  return !is_dead && IsLegUsable(family, leg);
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
  return fib_.VisitCovering(table, destination, [&](const Prefix&, const std::vector<Fib::Entry>& entries) {
    return std::any_of(entries.begin(), entries.end(), [&](const Fib::Entry& entry) {
      return !entry.is_expired && std::any_of(entry.path.nexthops.begin(), entry.path.nexthops.end(),
                                              [&](const NextHop& other) { return other.IsSameWay(leg); });
    });
  });
}

bool Mirror::HasLeg(TableKey table, const Prefix& prefix, uint8_t tos, uint32_t metric, const NextHop& leg,
                    bool any_gateway) const {
  return IsLegUsable(table.family, leg) && fib_.HasLeg(table, prefix, tos, metric, leg, any_gateway);
}

LookupResult Mirror::Lookup(const LookupQuery& query) const {
  if (query.destination.family != Family::kV4) return LookupRules(query);
  LookupResult result = LookupIpv4(query);
  const bool stays = result.legs.empty() || result.legs.front().oif == links_.LoopbackIndex();
  if (!result.IsRoutable() || stays || !result.source.IsLoopback()) return result;
  // A loopback source leaves this host by no link (__mkroute_output), unless route_localnet is set there.
  result = {};
  result.is_certain = false;
  return result;
}

// ip_route_output_key_hash_rcu(): IPv4 settles some questions before it looks at any route, and makes up its
// own mind about multicast and broadcast.
LookupResult Mirror::LookupIpv4(const LookupQuery& query) const {
  const IpAddress& destination = query.destination;
  LookupQuery asked = query;
  if (query.source.IsSet()) {
    if (query.source.IsMulticast() || query.source.IsLimitedBroadcast() || !IsOwn(query.source)) return {};
    const std::vector<uint32_t>& owners = addresses_.OwnersOf(query.source);
    const bool is_for_many = destination.IsMulticast() || destination.IsLimitedBroadcast();
    // Where several links have it, the kernel takes that of the newest (inet_hash_insert).
    if (query.oif == 0 && is_for_many && !owners.empty()) {
      return TakeAsOnLink(query, {owners.rbegin(), owners.rend()});
    }
  }
  if (query.oif != 0) {
    const Link* link = links_.Find(query.oif);
    if (link == nullptr || !link->is_up) return {};
    if (destination.IsLocalMulticast() || destination.IsLimitedBroadcast()) {
      return TakeAsOnLink(query, {query.oif});
    }
    if (!query.source.IsSet() && (destination.IsMulticast() || destination.IsUnspecified())) {
      const Scope scope = destination.IsMulticast() ? Scope::kGlobal : Scope::kHost;
      asked.source = SelectIpv4Source(addresses_, query.oif, {}, scope).address;
    }
  }
  if (destination.IsUnspecified()) return ToThisHost(asked.source);
  LookupResult result = LookupRules(asked);
  if (!result.IsRoutable()) {
    if (query.oif == 0) return result;
    // Bound to a link without a route, the peer is taken to be on that link ("apparently, routing tables are
    // wrong").
    const bool is_certain = result.is_certain;
    result = TakeAsOnLink(asked, {query.oif});
    result.is_certain = result.is_certain && is_certain;
    return result;
  }
  if (!destination.IsMulticast() && !destination.IsLimitedBroadcast()) return result;
  // "If multicast route do not exist use default one, but do not gateway in this case" (__mkroute_output).
  constexpr uint8_t kMulticastLength = 4;
  if (destination.IsLimitedBroadcast() || result.prefix.length < kMulticastLength) {
    for (NextHop& leg : result.legs) leg.gateway = {};
  }
  result.type = destination.IsMulticast() ? RouteType::kMulticast : RouteType::kBroadcast;
  return result;
}

bool Mirror::IsOwn(const IpAddress& source) const {
  return !addresses_.OwnersOf(source).empty() || IsLocal(source, 0);
}

LookupResult Mirror::TakeAsOnLink(const LookupQuery& query, const std::vector<uint32_t>& links) const {
  LookupResult result;
  result.failure = LookupFailure::kNone;
  result.has_route = true;
  result.type = query.destination.IsMulticast()          ? RouteType::kMulticast
                : query.destination.IsLimitedBroadcast() ? RouteType::kBroadcast
                                                         : RouteType::kUnicast;
  result.scope = Scope::kLink;
  for (const uint32_t oif : links) result.legs.push_back({oif, {}, 1, false});
  result.is_certain = links.size() == 1;
  ChooseSource(query, result);
  return result;
}

// 0.0.0.0 as a destination is this host.
LookupResult Mirror::ToThisHost(const IpAddress& source) const {
  LookupResult result;
  result.failure = LookupFailure::kNone;
  result.has_route = true;
  result.type = RouteType::kLocal;
  result.legs = {NextHop{links_.LoopbackIndex(), {}, 1, false}};
  result.source = source.IsSet() ? source : *IpAddress::Parse("127.0.0.1");
  return result;
}

LookupResult Mirror::LookupRules(const LookupQuery& query) const {
  LookupResult result;
  const std::vector<Rule>& rules = rules_.OfFamily(query.destination.family);
  for (size_t index = 0; index < rules.size(); ++index) {
    const Rule& rule = rules[index];
    const RuleMatch match = MatchRule(rule, query, links_);
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
      return result;
    }
    if (!LookupTable(query, rule, result)) continue;
    if (result.IsRoutable()) ChooseSource(query, result);
    // Of the links' groups the mirror knows nothing.
    if (rule.suppress_ifgroup && result.IsRoutable()) result.is_certain = false;
    return result;
  }
  return result;
}

bool Mirror::LookupTable(const LookupQuery& query, const Rule& rule, LookupResult& result) const {
  const Family family = query.destination.family;
  const bool is_v6 = family == Family::kV6;
  // IPv6 takes a bound link as binding only where no source is given or the destination is scoped
  // (ip6_route_output_flags_noref).
  const bool is_oif_strict = !is_v6 || !query.source.IsSet() || query.destination.IsLinkLocal() ||
                             query.destination.IsLoopback() || query.destination.IsMulticast();
  bool is_thrown = false;
  bool skips_failed = is_v6 && !forwards_ipv6_ && neighbours_.size() > 0;
  bool has_skipped = false;
  const auto legs_of = [&](const Fib::Entry& entry) {
    std::vector<NextHop> legs;
    for (const NextHop& leg : entry.path.nexthops) {
      // What is delivered here leaves by no link: an address of a link that is down is still one of this
      // host.
      if (entry.type != RouteType::kLocal && !IsLegUsable(family, entry, leg)) continue;
      if (query.oif != 0 && leg.oif != query.oif && is_oif_strict) continue;
      if (skips_failed && !IsGatewayReachable(leg)) {
        has_skipped = true;
        continue;
      }
      legs.push_back(leg);
    }
    // Where the link does not bind, IPv6 prefers routes by it, and takes any leg of such a route
    // (fib6_select_path).
    if (query.oif != 0) {
      std::stable_partition(legs.begin(), legs.end(),
                            [&](const NextHop& leg) { return leg.oif == query.oif; });
    }
    return legs;
  };
  const auto take = [&](const Prefix& prefix, const Fib::Entry& entry, std::vector<NextHop> legs) {
    result.has_route = true;
    result.failure = FailureOf(entry.type);
    result.type = entry.type;
    result.table = rule.table;
    result.prefix = prefix;
    result.tos = entry.tos;
    result.metric = entry.metric;
    result.scope = entry.scope;
    result.legs = std::move(legs);
    result.source = entry.path.preferred_source;
  };
  std::optional<IpAddress> missed;  // see below
  // docs/kernel.md 40: an IPv6 host first tries the gateways that have not failed, through all prefixes, then
  // any (fib6_table_lookup, with RT6_LOOKUP_F_REACHABLE and without).
  const auto visit_covering = [&](TableKey table, const IpAddress& destination, const auto& visit) {
    const bool is_found = fib_.VisitCovering(table, destination, visit);
    result.avoids_failed = is_found && has_skipped;
    // The next probes of a failed gateway make the kernel try it again, without a message (docs/kernel.md
    // 39).
    if (has_skipped) result.is_certain = false;
    if (is_found || !has_skipped) return is_found;
    skips_failed = false;
    return fib_.VisitCovering(table, destination, visit);
  };
  const bool is_found = visit_covering(
      {family, rule.table}, query.destination,
      [&](const Prefix& prefix, const std::vector<Fib::Entry>& entries) {
        // IPv6 weighs the routes of the lowest usable metric against each other; IPv4 takes the first that
        // fits.
        if (missed == prefix.address) return false;
        const Fib::Entry* best = nullptr;
        std::vector<NextHop> best_legs;
        int best_rank = 0;
        for (const Fib::Entry& entry : entries) {
          const bool is_group_over =
              best != nullptr && best->metric == entries.front().metric && entry.metric != best->metric;
          if (best != nullptr && (!is_v6 || is_group_over)) break;
          if (entry.is_expired) continue;
          if (entry.tos != 0) {
            if (!query.tos) result.is_certain = false;
            if (entry.tos != MatchedTos(family, query.tos.value_or(0))) continue;
          }
          if (entry.path.source.length > 0 && !entry.path.source.Contains(query.source)) continue;
          std::vector<NextHop> legs = legs_of(entry);
          if (!IsSpecial(entry.type) && legs.empty()) {
            if (is_v6 || entry.path.nexthop_id == 0) continue;
            // Where none of an object's legs will do, IPv4 gives up the whole leaf of its trie: the routes
            // behind it and the shorter prefixes with the same address (fib_table_lookup: `goto miss`).
            missed = prefix.address;
            break;
          }
          // IPv6 hangs its special routes on the loopback: no other link leads there.
          const bool is_elsewhere =
              is_v6 && query.oif != 0 && is_oif_strict && query.oif != links_.LoopbackIndex();
          if (IsSpecial(entry.type) && is_elsewhere) continue;
          const bool leaves_by_oif = !legs.empty() && query.oif != 0 && legs.front().oif == query.oif;
          const int rank = PreferenceRank(entry.preference) + (leaves_by_oif ? 8 : 0);
          if (best != nullptr && rank <= best_rank) continue;
          best = &entry;
          best_legs = std::move(legs);
          best_rank = rank;
        }
        if (best == nullptr) return false;
        if (best->type == RouteType::kThrow) {
          is_thrown = true;
          return true;
        }
        // A refusal is final: only a route that leads somewhere is suppressed (fib_rules_lookup).
        const bool is_refusal = IsSpecial(best->type);
        if (!is_refusal && rule.suppress_prefix_length && prefix.length <= *rule.suppress_prefix_length)
          return true;
        // By its neighbours' state the kernel chooses among IPv4 default routes alike but for the gateway
        // (fib_select_default), and among IPv6 routes of one metric and preference (find_rr_leaf).
        const bool is_chosen_by_neighbours = is_v6 || (prefix.length == 0 && query.oif == 0);
        const auto is_rival = [&](const Fib::Entry& entry) {
          return &entry != best && !entry.is_expired && entry.metric == best->metric &&
                 entry.tos == best->tos && entry.preference == best->preference &&
                 HasGateway(entry.path.nexthops) && !legs_of(entry).empty();
        };
        if (entries.size() > 1 && is_chosen_by_neighbours && HasGateway(best_legs) &&
            std::any_of(entries.begin(), entries.end(), is_rival)) {
          result.is_certain = false;
        }
        take(prefix, *best, std::move(best_legs));
        // By a hash among several legs; of a bound socket IPv4 takes the first on its link. (IPv6's order of
        // legs the mirror does not know: docs/kernel.md 20.)
        if ((is_v6 || query.oif == 0) && !IsOneWay(result.legs)) result.is_certain = false;
        return true;
      });
  if (!is_found || is_thrown || !result.has_route) return false;
  if (result.type == RouteType::kLocal) {
    // Packets to oneself leave by the loopback, whichever link owns the address.
    const uint32_t loopback = links_.LoopbackIndex();
    if (loopback != 0) result.legs = {NextHop{loopback, {}, 1, false}};
  }
  return true;
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
  result.is_certain = result.is_certain && choice.is_certain;
}

}  // namespace roamkit
