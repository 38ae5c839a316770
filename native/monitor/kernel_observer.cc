#include "monitor/kernel_observer.h"

namespace roamkit {

namespace {

LinkCondition ConditionOf(const std::optional<Link>& link) {
  if (!link || !link->is_up) return LinkCondition::kDownOrDeleted;
  return link->has_carrier ? LinkCondition::kUp : LinkCondition::kCarrierLost;
}

}  // namespace

Failure KernelObserver::Observe(const FlowSpec& spec, const Baseline& baseline, const Situation& mirrored,
                                Situation& situation) {
  situation = {};
  situation.owner = mirrored.owner;
  if (const Failure failure = ObserveSource(spec, situation)) return failure;
  if (const Failure failure = ObserveOwner(situation)) return failure;
  if (const Failure failure = ObserveRoute(spec, mirrored, situation)) return failure;
  if (const Failure failure = ObserveGateways(baseline, mirrored, situation)) return failure;
  return ObserveRide(spec, baseline, mirrored, situation);
}

// An address is local when the kernel would deliver a packet to it here.
Failure KernelObserver::ObserveSource(const FlowSpec& spec, Situation& situation) {
  if (!spec.local) return {};
  const bool is_scoped = spec.local->IsLinkLocal() && spec.local->family == Family::kV6;
  Failure failure;
  const LookupResult* result = LookupRoute(*spec.local, is_scoped ? situation.owner : 0, failure);
  if (result == nullptr) return failure;
  situation.source = result->type == RouteType::kLocal ? SourceCondition::kLocal : SourceCondition::kAbsent;
  return {};
}

Failure KernelObserver::ObserveOwner(Situation& situation) {
  if (situation.owner == 0) return {};
  auto known = links_.find(situation.owner);
  if (known == links_.end()) {
    std::optional<Link> link;
    if (const Failure failure = requester_.GetLink(situation.owner, link)) return failure;
    known = links_.emplace(situation.owner, ConditionOf(link)).first;
  }
  situation.owner_condition = known->second;
  return {};
}

// By this flow's ports: rules may ask for them, and one of several legs is chosen by them.
Failure KernelObserver::ObserveRoute(const FlowSpec& spec, const Situation& mirrored, Situation& situation) {
  LookupQuery query;
  query.destination = spec.remote;
  // With a source that is on no link the kernel refuses to answer about the route (docs/kernel.md 26).
  if (spec.local && situation.source == SourceCondition::kLocal && !IsBoundIpv6(spec))
    query.source = *spec.local;
  query.oif = spec.oif;
  query.protocol = spec.is_udp ? 17 : 6;
  if (spec.local_port != 0) query.source_port = spec.local_port;
  if (spec.remote_port != 0) query.destination_port = spec.remote_port;
  if (const Failure failure = requester_.LookupRoute(query, situation.route)) return failure;
  // The kernel's answer does not carry the route's prefix, nor why it was chosen; by the mirror's we know a
  // default route from a net route.
  situation.route.prefix = mirrored.route.prefix;
  situation.route.avoids_failed = mirrored.route.avoids_failed;
  return {};
}

// A gateway that the mirror knows to have failed is probed anew whenever somebody sends to it: being sought
// again is no word against the mirror's.
Failure KernelObserver::ObserveGateways(const Baseline& baseline, const Situation& mirrored,
                                        Situation& situation) {
  NeighbourState state = NeighbourState::kFound;
  for (const NextHop& leg : mirrored.failed_legs) {
    if (const Failure failure = requester_.GetNeighbour({leg.oif, leg.gateway}, state)) return failure;
    if (state != NeighbourState::kFound) situation.failed_legs.push_back(leg);
  }
  if (!mirrored.ride_failed || !baseline.ride) return {};
  const NextHop& ride = baseline.ride->leg;
  if (const Failure failure = requester_.GetNeighbour({ride.oif, ride.gateway}, state)) return failure;
  situation.ride_failed = state != NeighbourState::kFound;
  return {};
}

// The kernel does not say whether a route that it did not choose exists; asked for the ridden link, it
// answers with the best route there. Without any it assumes the peer on the link
// (ip_route_output_key_hash_rcu): no gateway then.
Failure KernelObserver::ObserveRide(const FlowSpec& spec, const Baseline& baseline, const Situation& mirrored,
                                    Situation& situation) {
  if (!baseline.ride) return {};
  // Of a gateway that an IPv6 host avoids it does not speak (docs/kernel.md 40).
  if (situation.ride_failed && situation.route.avoids_failed) {
    situation.ride_stands = mirrored.ride_stands;
    return {};
  }
  Failure failure;
  const LookupResult* result = LookupRoute(spec.remote, baseline.ride->leg.oif, failure);
  if (result == nullptr) return failure;
  for (const NextHop& leg : result->legs) {
    if (result->IsRoutable() && leg.IsSameWay(baseline.ride->leg)) situation.ride_stands = true;
  }
  return {};
}

const LookupResult* KernelObserver::LookupRoute(const IpAddress& destination, uint32_t oif,
                                                Failure& failure) {
  const auto key = std::pair(destination, oif);
  if (const auto known = routes_.find(key); known != routes_.end()) return &known->second;
  LookupQuery query;
  query.destination = destination;
  query.oif = oif;
  LookupResult result;
  failure = requester_.LookupRoute(query, result);
  return failure ? nullptr : &routes_.emplace(key, std::move(result)).first->second;
}

}  // namespace roamkit
