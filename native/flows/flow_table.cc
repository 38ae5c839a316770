#include "flows/flow_table.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>

namespace roamkit {

namespace {

LinkCondition ConditionOf(const Link* link) {
  if (link == nullptr || !link->is_up) return LinkCondition::kDownOrDeleted;
  return link->has_carrier ? LinkCondition::kUp : LinkCondition::kCarrierLost;
}

// Of the links that have the address, the one in the best condition: with the same address on two links, one
// is enough (docs/kernel.md 16). A link-local address is one link's own.
uint32_t OwnerOf(const Mirror& mirror, const FlowSpec& spec) {
  uint32_t best = 0;
  for (const uint32_t ifindex : mirror.addresses().OwnersOf(*spec.local)) {
    const bool is_scoped = spec.local->IsLinkLocal() && spec.local->family == Family::kV6;
    if (is_scoped && spec.oif != 0 && ifindex != spec.oif) continue;
    if (best == 0 || ConditionOf(mirror.links().Find(ifindex)) < ConditionOf(mirror.links().Find(best))) {
      best = ifindex;
    }
  }
  return best;
}

bool IsUsableOn(const Mirror& mirror, const IpAddress& local, uint32_t ifindex) {
  const std::vector<Address>& addresses = mirror.addresses().OfLink(ifindex);
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const Address& address) { return address.address == local && address.IsUsable(); });
}

void ObserveSource(const Mirror& mirror, const FlowSpec& spec, const Baseline* baseline,
                   Situation& situation) {
  if (!spec.local) return;
  const uint32_t owner = OwnerOf(mirror, spec);
  if (owner != 0 && IsUsableOn(mirror, *spec.local, owner)) {
    situation.source = SourceCondition::kLocal;
    situation.owner = owner;
  } else if (owner == 0 && mirror.IsLocal(*spec.local, spec.oif)) {
    // No link has it, but a `local` route covers it (AnyIP).
    situation.source = SourceCondition::kLocal;
    return;
  } else {
    situation.source = SourceCondition::kAbsent;
    situation.owner = owner != 0 || baseline == nullptr ? owner : baseline->owner;
  }
  if (situation.owner != 0) situation.owner_condition = ConditionOf(mirror.links().Find(situation.owner));
}

void Condemn(Baseline& baseline, std::initializer_list<Reason> reasons) {
  for (const Reason reason : reasons) baseline.exempt &= ~(1U << static_cast<unsigned>(reason));
}

// A route that went: the flow may have ridden on it if it fits the peer and the source, and no longer prefix
// is left.
bool MayHaveRiddenOn(const Route& route, const FlowSpec& spec, const Baseline& baseline) {
  if (!route.destination.Contains(spec.remote) || route.nexthops.empty()) return false;
  if (baseline.ride && baseline.ride->prefix.length > route.destination.length) return false;
  return baseline.owner == 0 || route.Uses(baseline.owner);
}

// The flow connected after `connecting_since_ms`, so whatever went since then was there when it did.
void CorrectByLosses(const Mirror& mirror, const FlowSpec& spec, Baseline& baseline) {
  const Losses& losses = mirror.losses();
  losses.VisitSince(spec.connecting_since_ms, [&](const Loss& loss) {
    if (spec.local && loss.address == *spec.local) {
      if (baseline.owner == 0) baseline.owner = loss.link;
      Condemn(baseline, {Reason::kSourceRemoved});
    }
  });
  losses.VisitSince(spec.connecting_since_ms, [&](const Loss& loss) {
    if (loss.link != 0 && loss.link == baseline.owner)
      Condemn(baseline, {Reason::kLinkDown, Reason::kCarrierLost});
    if (!loss.route || !MayHaveRiddenOn(*loss.route, spec, baseline)) return;
    Condemn(baseline, {Reason::kNoRoute, Reason::kUnreachable, Reason::kProhibited, Reason::kBlackholed,
                       Reason::kEgressChanged});
    const auto own = std::find_if(loss.route->nexthops.begin(), loss.route->nexthops.end(),
                                  [&](const NextHop& leg) { return leg.oif == baseline.owner; });
    const NextHop& leg = own == loss.route->nexthops.end() ? loss.route->nexthops.front() : *own;
    baseline.ride =
        Ride{loss.route->table, loss.route->destination, loss.route->tos, loss.route->metric, leg};
  });
  if (!baseline.ride) return;
  const NextHop& leg = baseline.ride->leg;
  if (mirror.neighbours().HasFailedSince({leg.oif, leg.gateway}, spec.connecting_since_ms))
    Condemn(baseline, {Reason::kGatewayUnreachable});
}

std::vector<Neighbour> OtherGateways(const Situation& situation, const std::optional<Path>& path) {
  std::vector<Neighbour> others;
  if (!path || situation.route.legs.size() < 2) return others;
  for (const NextHop& leg : situation.route.legs) {
    if (leg.oif == path->oif && leg.gateway.IsSet() && leg.gateway != path->gateway)
      others.push_back({leg.oif, leg.gateway});
  }
  return others;
}

// Calls visit(gateway) for the gateways that its verdict rests on: the one it rode on, the one it leaves by
// now, and those that it may leave by as well.
template <typename Visit>
void VisitGateways(const FlowTable::Flow& flow, Visit visit) {
  if (flow.baseline.ride && flow.baseline.ride->leg.gateway.IsSet())
    visit(Neighbour{flow.baseline.ride->leg.oif, flow.baseline.ride->leg.gateway});
  if (flow.verdict.path && flow.verdict.path->gateway.IsSet())
    visit(Neighbour{flow.verdict.path->oif, flow.verdict.path->gateway});
  for (const Neighbour& gateway : flow.other_gateways) visit(gateway);
}

}  // namespace

bool IsExemptFromJudgement(const FlowSpec& spec) {
  return !spec.remote.IsSet() || spec.remote.IsLoopback();
}

Situation Observe(const Mirror& mirror, const FlowSpec& spec, const Baseline* baseline) {
  Situation situation;
  ObserveSource(mirror, spec, baseline, situation);
  LookupQuery query;
  query.destination = spec.remote;
  // With a source that is on no link there is no answer about the route; that the source is gone is told
  // already.
  if (situation.source == SourceCondition::kLocal) query.source = *spec.local;
  query.oif = spec.oif;
  query.protocol = spec.is_udp ? 17 : 6;
  if (spec.local_port != 0) query.source_port = spec.local_port;
  if (spec.remote_port != 0) query.destination_port = spec.remote_port;
  situation.route = mirror.Lookup(query);
  if (baseline != nullptr && baseline->ride) {
    const Ride& ride = *baseline->ride;
    const TableKey table{ride.prefix.address.family, ride.table};
    situation.ride_failed = !mirror.IsGatewayReachable(ride.leg);
    situation.ride_stands = mirror.HasWay(table, spec.remote, ride.leg);
    situation.ride_replaced = mirror.HasLeg(table, ride.prefix, ride.tos, ride.metric, ride.leg, true);
  }
  std::copy_if(situation.route.legs.begin(), situation.route.legs.end(),
               std::back_inserter(situation.failed_legs),
               [&](const NextHop& leg) { return !mirror.IsGatewayReachable(leg); });
  return situation;
}

uint32_t FlowTable::Add(const FlowSpec& spec, const Mirror& mirror) {
  const uint32_t id = next_id_++;
  Flow flow{spec, {}, {}};
  if (!IsExemptFromJudgement(spec)) {
    ++checks_;
    flow.baseline = MakeBaseline(Observe(mirror, spec, nullptr));
    if (spec.connecting_since_ms > 0) CorrectByLosses(mirror, spec, flow.baseline);
    const Situation situation = Observe(mirror, spec, &flow.baseline);
    flow.verdict = Judge(flow.baseline, situation);
    flow.owner = situation.owner;
    flow.other_gateways = OtherGateways(situation, flow.verdict.path);
    by_peer_.emplace(spec.remote, id);
    if (spec.local) by_local_[*spec.local].insert(id);
    IndexLinks(id, flow);
  }
  flows_.emplace(id, std::move(flow));
  return id;
}

void FlowTable::Remove(uint32_t id) {
  const auto found = flows_.find(id);
  if (found == flows_.end()) return;
  const Flow& flow = found->second;
  by_peer_.erase({flow.spec.remote, id});
  if (flow.spec.local) {
    const auto local = by_local_.find(*flow.spec.local);
    if (local != by_local_.end()) {
      local->second.erase(id);
      if (local->second.empty()) by_local_.erase(local);
    }
  }
  UnindexLinks(id, flow);
  flows_.erase(found);
}

const FlowTable::Flow* FlowTable::Find(uint32_t id) const {
  const auto found = flows_.find(id);
  return found == flows_.end() ? nullptr : &found->second;
}

void FlowTable::IndexLinks(uint32_t id, const Flow& flow) {
  if (flow.baseline.owner != 0) by_link_[flow.baseline.owner].insert(id);
  if (flow.owner != 0) by_link_[flow.owner].insert(id);
  if (flow.baseline.ride) by_link_[flow.baseline.ride->leg.oif].insert(id);
  if (flow.verdict.path) by_link_[flow.verdict.path->oif].insert(id);
  VisitGateways(flow, [this](const Neighbour& gateway) { ++gateways_[gateway]; });
}

void FlowTable::UnindexLinks(uint32_t id, const Flow& flow) {
  const auto drop = [&](uint32_t ifindex) {
    const auto found = by_link_.find(ifindex);
    if (found == by_link_.end()) return;
    found->second.erase(id);
    if (found->second.empty()) by_link_.erase(found);
  };
  drop(flow.baseline.owner);
  drop(flow.owner);
  if (flow.baseline.ride) drop(flow.baseline.ride->leg.oif);
  if (flow.verdict.path) drop(flow.verdict.path->oif);
  VisitGateways(flow, [this](const Neighbour& gateway) {
    const auto found = gateways_.find(gateway);
    if (--found->second == 0) gateways_.erase(found);
  });
}

void FlowTable::CollectPeersIn(const Prefix& prefix, std::set<uint32_t>& into) const {
  for (auto it = by_peer_.lower_bound({prefix.address, 0}); it != by_peer_.end(); ++it) {
    if (!prefix.Contains(it->first)) break;
    into.insert(it->second);
  }
}

void FlowTable::CollectLocalsIn(const Prefix& prefix, std::set<uint32_t>& into) const {
  for (auto it = by_local_.lower_bound(prefix.address); it != by_local_.end(); ++it) {
    if (!prefix.Contains(it->first)) break;
    into.insert(it->second.begin(), it->second.end());
  }
}

void FlowTable::CollectLocals(const IpAddress& address, std::set<uint32_t>& into) const {
  const auto found = by_local_.find(address);
  if (found != by_local_.end()) into.insert(found->second.begin(), found->second.end());
}

void FlowTable::CollectRidersOf(const Neighbour& gateway, std::set<uint32_t>& into) const {
  const auto found = by_link_.find(gateway.ifindex);
  if (found == by_link_.end()) return;
  for (const uint32_t id : found->second) {
    VisitGateways(flows_.at(id), [&](const Neighbour& other) {
      if (other == gateway) into.insert(id);
    });
  }
}

std::set<uint32_t> FlowTable::Candidates(const Touched& touched, const Mirror& mirror) const {
  std::set<uint32_t> candidates;
  if (touched.everything) {
    for (const auto& [peer, id] : by_peer_) candidates.insert(id);
    return candidates;
  }
  for (const Prefix& prefix : touched.prefixes) CollectPeersIn(prefix, candidates);
  for (const Prefix& prefix : touched.local_prefixes) CollectLocalsIn(prefix, candidates);
  for (const uint32_t ifindex : touched.links) {
    const auto found = by_link_.find(ifindex);
    if (found != by_link_.end()) candidates.insert(found->second.begin(), found->second.end());
    // Of several links with a flow's address, any may become the one that counts.
    for (const Address& address : mirror.addresses().OfLink(ifindex))
      CollectLocals(address.address, candidates);
  }
  for (const IpAddress& address : touched.addresses) CollectLocals(address, candidates);
  for (const Neighbour& gateway : touched.gateways) CollectRidersOf(gateway, candidates);
  return candidates;
}

std::vector<FlowVerdict> FlowTable::Recheck(const Touched& touched, const Mirror& mirror) {
  std::vector<FlowVerdict> changed;
  if (flows_.empty() || touched.IsEmpty()) return changed;
  for (const uint32_t id : Candidates(touched, mirror)) {
    Flow& flow = flows_.at(id);
    ++checks_;
    const Situation situation = Observe(mirror, flow.spec, &flow.baseline);
    const Verdict verdict = Judge(flow.baseline, situation);
    const bool says_the_same = verdict.SaysTheSame(flow.verdict);
    UnindexLinks(id, flow);
    flow.verdict = verdict;
    flow.owner = situation.owner;
    flow.other_gateways = OtherGateways(situation, verdict.path);
    IndexLinks(id, flow);
    if (says_the_same) continue;
    changed.push_back({id, verdict});
  }
  return changed;
}

}  // namespace roamkit
