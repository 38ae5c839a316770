#include "flows/verdict.h"

#include <algorithm>

namespace roamkit {

namespace {

Reason ReasonOf(LookupFailure failure) {
  switch (failure) {
    case LookupFailure::kNone:
      return Reason::kNone;
    case LookupFailure::kNoRoute:
      return Reason::kNoRoute;
    case LookupFailure::kUnreachable:
      return Reason::kUnreachable;
    case LookupFailure::kProhibited:
      return Reason::kProhibited;
    case LookupFailure::kBlackholed:
      return Reason::kBlackholed;
    case LookupFailure::kSourceRemoved:
      return Reason::kSourceRemoved;
  }
  return Reason::kNone;
}

// The leg to speak of: the ridden one where it is among them (multipath), else the first.
const NextHop* LegOf(const LookupResult& route, const std::optional<Ride>& ride) {
  if (ride) {
    for (const NextHop& leg : route.legs) {
      if (leg.IsSameWay(ride->leg)) return &leg;
    }
  }
  return route.legs.empty() ? nullptr : &route.legs.front();
}

bool HasFailed(const Situation& situation, const NextHop& leg) {
  return std::any_of(situation.failed_legs.begin(), situation.failed_legs.end(),
                     [&](const NextHop& failed) { return failed.IsSameWay(leg); });
}

// Of several legs by one link we do not know which one the kernel takes for a flow: all must have failed.
bool IsGatewayLost(const Situation& situation, const NextHop& leg) {
  return HasFailed(situation, leg) &&
         std::all_of(situation.route.legs.begin(), situation.route.legs.end(), [&](const NextHop& other) {
           return other.oif != leg.oif || HasFailed(situation, other);
         });
}

std::optional<Path> PathOf(const Situation& situation, const NextHop* leg) {
  const LookupResult& route = situation.route;
  if (!route.IsRoutable() || leg == nullptr) return std::nullopt;
  return Path{leg->oif, leg->gateway, route.source, route.table, !HasFailed(situation, *leg)};
}

// A flow between two addresses of this host leaves by the loopback, which never owns them.
bool LeavesByOtherLink(const Situation& situation, const NextHop& leg) {
  return situation.owner != 0 && situation.route.type != RouteType::kLocal && leg.oif != situation.owner;
}

bool LeavesElsewhere(const Situation& situation, const NextHop& ridden, const NextHop& leg) {
  return situation.owner == 0 ? leg.oif != ridden.oif : LeavesByOtherLink(situation, leg);
}

// docs/verdicts.md, rows 1 to 5. A lost link comes first: its addresses go with it, but it is the cause.
Reason ConditionOf(const Situation& situation, const Baseline& baseline) {
  const auto holds = [&](Reason reason, bool condition) { return condition && !baseline.Exempts(reason); };
  // Between two addresses of this host nothing passes the link that owns them.
  const bool is_within_host = situation.route.type == RouteType::kLocal;
  if (holds(Reason::kLinkDown, !is_within_host && situation.owner_condition == LinkCondition::kDownOrDeleted))
    return Reason::kLinkDown;
  if (holds(Reason::kSourceRemoved, situation.source == SourceCondition::kAbsent))
    return Reason::kSourceRemoved;
  if (holds(Reason::kCarrierLost,
            !is_within_host && situation.owner_condition == LinkCondition::kCarrierLost)) {
    return Reason::kCarrierLost;
  }
  const Reason failure = ReasonOf(situation.route.failure);
  return holds(failure, failure != Reason::kNone) ? failure : Reason::kNone;
}

// Row 7. That a flow worked with a gateway that does not answer excuses this gateway only.
bool HoldsGatewayUnreachable(const Situation& situation, const Baseline& baseline, const NextHop& leg) {
  if (!baseline.ride) return IsGatewayLost(situation, leg);
  const bool is_ride_exempt = baseline.Exempts(Reason::kGatewayUnreachable);
  const NextHop& ridden = baseline.ride->leg;
  if (leg.IsSameWay(ridden) || !situation.ride_failed || !situation.route.avoids_failed)
    return IsGatewayLost(situation, leg) && !(is_ride_exempt && leg.IsSameWay(ridden));
  // An IPv6 host sends by the next best route then (docs/kernel.md 40). By a link that is not the source's it
  // is as where the gateway's route was removed; by the same link the flow may well go on.
  return !is_ride_exempt && LeavesElsewhere(situation, ridden, leg);
}

// Rows 6, 8 and 9: the flow still has a route, but not the one it rode on.
Reason DetourOf(const Situation& situation, const Baseline& baseline, const NextHop& leg) {
  const Ride& ride = *baseline.ride;
  if (leg.IsSameWay(ride.leg)) return Reason::kNone;
  // By the link that owns the source: with the same gateway, the link was made anew; and a flow that used to
  // leave by another link is where it belongs.
  const bool is_home = situation.owner != 0 && leg.oif == situation.owner;
  if (is_home && (leg.gateway == ride.leg.gateway || ride.leg.oif != baseline.owner)) return Reason::kNone;
  const bool is_same_link = leg.oif == ride.leg.oif;
  const bool stands = situation.ride_stands || (situation.ride_replaced && is_same_link);
  const bool is_net_route = !leg.gateway.IsSet() && situation.route.prefix.length > 0;
  if (!stands && ride.leg.gateway.IsSet() && !is_net_route) return Reason::kGatewayRemoved;
  if (LeavesElsewhere(situation, ride.leg, leg))
    return baseline.Exempts(Reason::kEgressChanged) ? Reason::kNone : Reason::kEgressChanged;
  return is_same_link ? Reason::kGatewayChanged : Reason::kNone;
}

}  // namespace

Baseline MakeBaseline(const Situation& situation) {
  Baseline baseline;
  baseline.owner = situation.owner;
  const auto exempt = [&](Reason reason, bool condition) {
    if (condition) baseline.exempt |= 1U << static_cast<unsigned>(reason);
  };
  exempt(Reason::kLinkDown, situation.owner_condition == LinkCondition::kDownOrDeleted);
  exempt(Reason::kCarrierLost, situation.owner_condition == LinkCondition::kCarrierLost);
  exempt(Reason::kSourceRemoved, situation.source == SourceCondition::kAbsent);
  exempt(ReasonOf(situation.route.failure), !situation.route.IsRoutable());
  if (!situation.route.IsRoutable() || situation.route.legs.empty()) return baseline;
  // Of several legs the kernel chose one by a hash that we do not know: take one by the link that owns the
  // source.
  const std::vector<NextHop>& legs = situation.route.legs;
  const auto own =
      std::find_if(legs.begin(), legs.end(), [&](const NextHop& leg) { return leg.oif == situation.owner; });
  const NextHop& leg = own == legs.end() ? legs.front() : *own;
  exempt(Reason::kEgressChanged, LeavesByOtherLink(situation, leg));
  exempt(Reason::kGatewayUnreachable, IsGatewayLost(situation, leg));
  baseline.ride =
      Ride{situation.route.table, situation.route.prefix, situation.route.tos, situation.route.metric, leg};
  return baseline;
}

Verdict Judge(const Baseline& baseline, const Situation& situation) {
  const NextHop* leg = LegOf(situation.route, baseline.ride);
  Verdict verdict;
  verdict.path = PathOf(situation, leg);
  verdict.is_certain = situation.route.is_certain;
  verdict.reason = ConditionOf(situation, baseline);
  if (verdict.reason != Reason::kNone) {
    verdict.kind = VerdictKind::kUnroutable;
    return verdict;
  }
  if (leg == nullptr || !situation.route.IsRoutable()) return verdict;
  if (baseline.ride) verdict.reason = DetourOf(situation, baseline, *leg);
  if (verdict.reason != Reason::kGatewayRemoved && HoldsGatewayUnreachable(situation, baseline, *leg))
    verdict.reason = Reason::kGatewayUnreachable;
  if (verdict.reason == Reason::kNone) return verdict;
  const bool is_lost =
      verdict.reason == Reason::kGatewayRemoved || verdict.reason == Reason::kGatewayUnreachable;
  verdict.kind = is_lost ? VerdictKind::kUnroutable : VerdictKind::kRerouted;
  return verdict;
}

}  // namespace roamkit
