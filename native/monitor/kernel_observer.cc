#include "monitor/kernel_observer.h"

namespace roamkit {

namespace {

// An address is local when the kernel would deliver a packet to it here.
Failure ObserveSource(Requester& requester, const FlowSpec& spec, Situation& situation) {
  if (!spec.local) return {};
  LookupQuery query;
  query.destination = *spec.local;
  if (spec.local->IsLinkLocal() && spec.local->family == Family::kV6) query.oif = situation.owner;
  LookupResult result;
  if (const Failure failure = requester.LookupRoute(query, result)) return failure;
  situation.source = result.type == RouteType::kLocal ? SourceCondition::kLocal : SourceCondition::kAbsent;
  return {};
}

Failure ObserveOwner(Requester& requester, Situation& situation) {
  if (situation.owner == 0) return {};
  std::optional<Link> link;
  if (const Failure failure = requester.GetLink(situation.owner, link)) return failure;
  if (!link || !link->is_up) {
    situation.owner_condition = LinkCondition::kDownOrDeleted;
  } else {
    situation.owner_condition = link->has_carrier ? LinkCondition::kUp : LinkCondition::kCarrierLost;
  }
  return {};
}

// The kernel does not say whether a route that it did not choose exists; asked for the ridden link, it
// answers with the best route there. Without any it assumes the peer on the link
// (ip_route_output_key_hash_rcu): no gateway then.
Failure ObserveRide(Requester& requester, const FlowSpec& spec, const Baseline& baseline,
                    const Situation& mirrored, Situation& situation) {
  if (!baseline.ride) return {};
  // Of a gateway that an IPv6 host avoids it does not speak (docs/kernel.md 40).
  if (situation.ride_failed && situation.route.avoids_failed) {
    situation.ride_stands = mirrored.ride_stands;
    return {};
  }
  LookupQuery query;
  query.destination = spec.remote;
  query.oif = baseline.ride->leg.oif;
  LookupResult result;
  if (const Failure failure = requester.LookupRoute(query, result)) return failure;
  for (const NextHop& leg : result.legs) {
    if (result.IsRoutable() && leg.IsSameWay(baseline.ride->leg)) situation.ride_stands = true;
  }
  return {};
}

// A gateway that the mirror knows to have failed is probed anew whenever somebody sends to it: being sought
// again is no word against the mirror's.
Failure ObserveGateways(Requester& requester, const Baseline& baseline, const Situation& mirrored,
                        Situation& situation) {
  NeighbourState state = NeighbourState::kFound;
  for (const NextHop& leg : mirrored.failed_legs) {
    if (const Failure failure = requester.GetNeighbour({leg.oif, leg.gateway}, state)) return failure;
    if (state != NeighbourState::kFound) situation.failed_legs.push_back(leg);
  }
  if (!mirrored.ride_failed || !baseline.ride) return {};
  const NextHop& ride = baseline.ride->leg;
  if (const Failure failure = requester.GetNeighbour({ride.oif, ride.gateway}, state)) return failure;
  situation.ride_failed = state != NeighbourState::kFound;
  return {};
}

}  // namespace

Failure ObserveKernel(Requester& requester, const FlowSpec& spec, const Baseline& baseline,
                      const Situation& mirrored, Situation& situation) {
  situation = {};
  situation.owner = mirrored.owner;
  if (const Failure failure = ObserveSource(requester, spec, situation)) return failure;
  if (const Failure failure = ObserveOwner(requester, situation)) return failure;
  LookupQuery query;
  query.destination = spec.remote;
  // With a source that is on no link the kernel refuses to answer about the route (docs/kernel.md 26).
  if (spec.local && situation.source == SourceCondition::kLocal && !IsBoundIpv6(spec))
    query.source = *spec.local;
  query.oif = spec.oif;
  query.protocol = spec.is_udp ? 17 : 6;
  if (spec.local_port != 0) query.source_port = spec.local_port;
  if (spec.remote_port != 0) query.destination_port = spec.remote_port;
  if (const Failure failure = requester.LookupRoute(query, situation.route)) return failure;
  // The kernel's answer does not carry the route's prefix, nor why it was chosen; by the mirror's we know a
  // default route from a net route.
  situation.route.prefix = mirrored.route.prefix;
  situation.route.avoids_failed = mirrored.route.avoids_failed;
  if (const Failure failure = ObserveGateways(requester, baseline, mirrored, situation)) return failure;
  return ObserveRide(requester, spec, baseline, mirrored, situation);
}

}  // namespace roamkit
