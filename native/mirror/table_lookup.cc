// One table's answer to a lookup, as fib_table_lookup() and fib6_table_lookup() give it.
#include <algorithm>

#include "mirror/mirror.h"

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

class Mirror::TableLookup {
 public:
  TableLookup(const Mirror& mirror, const LookupQuery& query, const Rule& rule, LookupResult& result)
      : mirror_(mirror),
        query_(query),
        rule_(rule),
        result_(result),
        is_v6_(query.destination.family == Family::kV6),
        // IPv6 takes a bound link as binding only where no source is given or the destination is scoped
        // (ip6_route_output_flags_noref).
        is_oif_strict_(!is_v6_ || !query.source.IsSet() || query.destination.IsLinkLocal() ||
                       query.destination.IsLoopback() || query.destination.IsMulticast()),
        skips_failed_(is_v6_ && !mirror.forwards_ipv6_ && mirror.neighbours_.size() > 0) {}

  // False: the next rule is to be asked.
  bool Run() {
    bool is_found = Visit();
    // docs/kernel.md 40: an IPv6 host first tries the gateways that have not failed, through all prefixes,
    // then any (fib6_table_lookup, with RT6_LOOKUP_F_REACHABLE and without).
    result_.avoids_failed = is_found && has_skipped_;
    // The next probes of a failed gateway make the kernel try it again, without a message (docs/kernel.md
    // 39).
    if (has_skipped_) result_.is_certain = false;
    if (!is_found && has_skipped_) {
      skips_failed_ = false;
      is_found = Visit();
    }
    if (!is_found || is_thrown_ || !result_.has_route) return false;
    // Packets to oneself leave by the loopback, whichever link owns the address.
    const uint32_t loopback = mirror_.links_.LoopbackIndex();
    if (result_.type == RouteType::kLocal && loopback != 0) {
      result_.legs.clear();
      result_.legs.push_back({loopback, {}, 1, false});
    }
    return true;
  }

 private:
  struct UsableLegs {
    size_t count = 0;
    bool has_oif = false;  // the link that the query is bound to
  };
  struct Best {
    Fib::Entry entry;
    size_t position;
    int rank;
    UsableLegs legs;
  };

  bool Visit() {
    return mirror_.fib_.VisitCovering(
        {query_.destination.family, rule_.table}, query_.destination,
        [this](const Prefix& prefix, const Fib::Entries& entries) { return TakeBest(prefix, entries); });
  }

  // True: the search ends here.
  bool TakeBest(const Prefix& prefix, const Fib::Entries& entries) {
    if (missed_ == prefix.address) return false;
    const std::optional<Best> best = Choose(prefix, entries);
    if (!best) return false;
    const Fib::Entry& entry = best->entry;
    if (entry.type == RouteType::kThrow) {
      is_thrown_ = true;
      return true;
    }
    // A refusal is final: only a route that leads somewhere is suppressed (fib_rules_lookup).
    const bool is_suppressed = !IsSpecial(entry.type) && rule_.suppress_prefix_length &&
                               prefix.length <= *rule_.suppress_prefix_length;
    if (is_suppressed) return true;
    Take(prefix, *best);
    if (HasRival(prefix, entries, *best)) result_.is_certain = false;
    // By a hash among several legs; of a bound socket IPv4 takes the first on its link. (IPv6's order of legs
    // the mirror does not know: docs/kernel.md 20.)
    if ((is_v6_ || query_.oif == 0) && !IsOneWay(result_.legs)) result_.is_certain = false;
    return true;
  }

  // IPv6 weighs the routes of the lowest usable metric against each other; IPv4 takes the first that fits.
  std::optional<Best> Choose(const Prefix& prefix, const Fib::Entries& entries) {
    std::optional<Best> best;
    size_t position = 0;
    for (const Fib::Entry entry : entries) {
      ++position;
      const bool is_group_over =
          best && best->entry.metric == entries.front().metric && entry.metric != best->entry.metric;
      if (best && (!is_v6_ || is_group_over)) break;
      if (!IsAskedFor(entry)) continue;
      const UsableLegs legs = UsableLegsOf(entry);
      if (IsSpecial(entry.type)) {
        // IPv6 hangs its special routes on the loopback: no other link leads there.
        if (is_v6_ && query_.oif != 0 && is_oif_strict_ && query_.oif != mirror_.links_.LoopbackIndex())
          continue;
      } else if (legs.count == 0) {
        if (is_v6_ || entry.path.nexthop_id == 0) continue;
        // Where none of an object's legs will do, IPv4 gives up the whole leaf of its trie: the routes behind
        // it and the shorter prefixes with the same address (docs/kernel.md 37; fib_table_lookup: `goto
        // miss`).
        missed_ = prefix.address;
        break;
      }
      const int rank = PreferenceRank(entry.preference) + (legs.has_oif ? 8 : 0);
      if (!best || rank > best->rank) best.emplace(Best{entry, position, rank, legs});
    }
    return best;
  }

  bool IsAskedFor(const Fib::Entry& entry) {
    if (entry.is_expired) return false;
    if (entry.tos != 0) {
      if (!query_.tos) result_.is_certain = false;
      if (entry.tos != MatchedTos(query_.destination.family, query_.tos.value_or(0))) return false;
    }
    return entry.path.source.length == 0 || entry.path.source.Contains(query_.source);
  }

  bool IsUsable(const Fib::Entry& entry, const NextHop& leg) {
    // What is delivered here leaves by no link: an address of a link that is down is still one of this host.
    if (entry.type != RouteType::kLocal && !mirror_.IsLegUsable(query_.destination.family, entry, leg)) {
      // Flows are spread over the legs anew when a link changes, not when the setting to pass by those
      // without a carrier does (fib_rebalance, rt6_multipath_rebalance).
      const Link* link = mirror_.links_.Find(leg.oif);
      const bool lacks_carrier = link != nullptr && link->is_up && !entry.IsDead(leg);
      if (entry.path.nexthops.size() > 1 && lacks_carrier) result_.is_certain = false;
      return false;
    }
    if (query_.oif != 0 && leg.oif != query_.oif && is_oif_strict_) return false;
    if (!skips_failed_ || mirror_.IsGatewayReachable(leg)) return true;
    has_skipped_ = true;
    return false;
  }

  UsableLegs UsableLegsOf(const Fib::Entry& entry) {
    UsableLegs legs;
    for (const NextHop& leg : entry.path.nexthops) {
      if (!IsUsable(entry, leg)) continue;
      ++legs.count;
      legs.has_oif = legs.has_oif || (query_.oif != 0 && leg.oif == query_.oif);
    }
    return legs;
  }

  void Take(const Prefix& prefix, const Best& best) {
    const Fib::Entry& entry = best.entry;
    result_.has_route = true;
    result_.failure = FailureOf(entry.type);
    result_.type = entry.type;
    result_.table = rule_.table;
    result_.prefix = prefix;
    result_.tos = entry.tos;
    result_.metric = entry.metric;
    result_.scope = entry.scope;
    result_.source = entry.path.preferred_source;
    const std::vector<NextHop>& legs = entry.path.nexthops;
    if (best.legs.count == legs.size()) {
      result_.legs = legs;
    } else {
      result_.legs.clear();
      for (const NextHop& leg : legs) {
        if (IsUsable(entry, leg)) result_.legs.push_back(leg);
      }
    }
    // Where the link does not bind, IPv6 prefers routes by it, and takes any leg of such a route
    // (fib6_select_path).
    if (best.legs.has_oif && result_.legs.size() > 1) {
      std::stable_partition(result_.legs.begin(), result_.legs.end(),
                            [&](const NextHop& leg) { return leg.oif == query_.oif; });
    }
  }

  // By its neighbours' state the kernel chooses among IPv4 default routes alike but for the gateway
  // (fib_select_default), and among IPv6 routes of one metric and preference (find_rr_leaf).
  bool HasRival(const Prefix& prefix, const Fib::Entries& entries, const Best& best) {
    const bool is_chosen_by_neighbours = is_v6_ || (prefix.length == 0 && query_.oif == 0);
    if (!is_chosen_by_neighbours || !HasGateway(result_.legs)) return false;
    size_t position = 0;
    for (const Fib::Entry entry : entries) {
      ++position;
      const bool is_alike = !entry.is_expired && entry.metric == best.entry.metric &&
                            entry.tos == best.entry.tos && entry.preference == best.entry.preference;
      if (position != best.position && is_alike && HasGateway(entry.path.nexthops) &&
          UsableLegsOf(entry).count > 0) {
        return true;
      }
    }
    return false;
  }

  const Mirror& mirror_;
  const LookupQuery& query_;
  const Rule& rule_;
  LookupResult& result_;
  const bool is_v6_;
  const bool is_oif_strict_;
  bool skips_failed_;
  bool has_skipped_ = false;
  bool is_thrown_ = false;
  std::optional<IpAddress> missed_;
};

bool Mirror::LookupTable(const LookupQuery& query, const Rule& rule, LookupResult& result) const {
  return TableLookup(*this, query, rule, result).Run();
}

}  // namespace roamkit
