#include "flows/flow_table.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <tuple>
#include <utility>

namespace roamkit {

namespace {

// Flows between two pauses: some 200 µs.
constexpr size_t kSlice = 512;

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

// Calls visit(gateway) for the gateways by which it leaves now, or may leave as well.
template <typename Visit>
void VisitPathGateways(const FlowTable::Flow& flow, Visit visit) {
  if (flow.verdict.path && flow.verdict.path->gateway.IsSet())
    visit(Neighbour{flow.verdict.path->oif, flow.verdict.path->gateway});
  for (const Neighbour& gateway : flow.other_gateways) visit(gateway);
}

// The same for all gateways that its verdict rests on: also the one it rode on.
template <typename Visit>
void VisitGateways(const FlowTable::Flow& flow, Visit visit) {
  if (flow.baseline.ride && flow.baseline.ride->leg.gateway.IsSet())
    visit(Neighbour{flow.baseline.ride->leg.oif, flow.baseline.ride->leg.gateway});
  VisitPathGateways(flow, visit);
}

}  // namespace

bool IsBoundIpv6(const FlowSpec& spec) {
  return spec.oif != 0 && spec.remote.family == Family::kV6;
}

bool IsExemptFromJudgement(const FlowSpec& spec) {
  return !spec.remote.IsSet() || spec.remote.IsLoopback();
}

void ObserveSource(const Mirror& mirror, const FlowSpec& spec, const Baseline* baseline,
                   Situation& situation) {
  situation.source = SourceCondition::kUnknown;
  situation.owner = 0;
  situation.owner_condition = LinkCondition::kUp;
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

void ObserveRoute(const Mirror& mirror, const FlowSpec& spec, const Baseline* baseline,
                  Situation& situation) {
  LookupQuery query;
  query.destination = spec.remote;
  // With a source that is on no link there is no answer about the route; that the source is gone is told
  // already.
  if (situation.source == SourceCondition::kLocal && !IsBoundIpv6(spec)) query.source = *spec.local;
  query.oif = spec.oif;
  query.protocol = spec.is_udp ? 17 : 6;
  if (spec.local_port != 0) query.source_port = spec.local_port;
  if (spec.remote_port != 0) query.destination_port = spec.remote_port;
  mirror.Lookup(query, situation.route);
  situation.ride_failed = false;
  situation.ride_stands = false;
  situation.ride_replaced = false;
  if (baseline != nullptr && baseline->ride) {
    const Ride& ride = *baseline->ride;
    const TableKey table{ride.prefix.address.family, ride.table};
    situation.ride_failed = !mirror.IsGatewayReachable(ride.leg);
    const std::vector<NextHop>& legs = situation.route.legs;
    // Mostly it rides there still; the rest need not be asked then.
    situation.ride_stands =
        std::any_of(legs.begin(), legs.end(), [&](const NextHop& leg) { return leg.IsSameWay(ride.leg); }) ||
        mirror.HasWay(table, spec.remote, ride.leg);
    situation.ride_replaced =
        !situation.ride_stands && mirror.HasLeg(table, ride.prefix, ride.tos, ride.metric, ride.leg, true);
  }
  situation.failed_legs.clear();
  std::copy_if(situation.route.legs.begin(), situation.route.legs.end(),
               std::back_inserter(situation.failed_legs),
               [&](const NextHop& leg) { return !mirror.IsGatewayReachable(leg); });
}

Situation Observe(const Mirror& mirror, const FlowSpec& spec, const Baseline* baseline) {
  Situation situation;
  ObserveSource(mirror, spec, baseline, situation);
  ObserveRoute(mirror, spec, baseline, situation);
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
    VisitGateways(flow, [this](const Neighbour& gateway) { CountGateway(gateway, 1); });
    index_.Add(id, spec);
    index_.Move(id, {}, LinksOf(flow));
  }
  flows_.emplace(id, std::move(flow));
  return id;
}

void FlowTable::Remove(uint32_t id) {
  const auto found = flows_.find(id);
  if (found == flows_.end()) return;
  const Flow flow = std::move(found->second);
  flows_.erase(found);
  index_.Remove(id, flow.spec);
  index_.Move(id, LinksOf(flow), {});
  VisitGateways(flow, [this](const Neighbour& gateway) { CountGateway(gateway, -1); });
  ForgetAbsent();
}

const FlowTable::Flow* FlowTable::Find(uint32_t id) const {
  const auto found = flows_.find(id);
  return found == flows_.end() ? nullptr : &found->second;
}

void FlowTable::CountGateway(const Neighbour& gateway, int by) {
  const auto known = std::find_if(counted_last_.begin(), counted_last_.end(), [&](const auto* counted) {
    return counted != nullptr && counted->first == gateway;
  });
  if (known != counted_last_.end()) {
    (*known)->second += by;
    return;
  }
  counted_last_ = {&*gateways_.try_emplace(gateway, 0).first, counted_last_[0]};
  counted_last_[0]->second += by;
}

void FlowTable::ForgetAbsent() {
  index_.ForgetAbsent([this](uint32_t id, uint32_t ifindex) { return RestsOn(id, ifindex); });
  counted_last_ = {};
  std::erase_if(gateways_, [](const GatewayCounts::value_type& counted) { return counted.second == 0; });
}

LinkSet FlowTable::LinksOf(const Flow& flow) {
  return {flow.baseline.owner, flow.owner, flow.baseline.ride ? flow.baseline.ride->leg.oif : 0,
          flow.verdict.path ? flow.verdict.path->oif : 0};
}

bool FlowTable::RestsOn(uint32_t id, uint32_t ifindex) const {
  const Flow* flow = Find(id);
  if (flow == nullptr) return false;
  const LinkSet links = LinksOf(*flow);
  return ifindex == 0 || std::find(links.begin(), links.end(), ifindex) != links.end();
}

void FlowTable::SetVerdict(uint32_t id, Flow& flow, const Verdict& verdict, const Situation& situation) {
  std::vector<Neighbour> other_gateways = OtherGateways(situation, verdict.path);
  if (flow.owner == situation.owner && flow.verdict.path == verdict.path &&
      flow.other_gateways == other_gateways) {
    flow.verdict = verdict;
    return;
  }
  const LinkSet links = LinksOf(flow);
  VisitPathGateways(flow, [this](const Neighbour& gateway) { CountGateway(gateway, -1); });
  flow.verdict = verdict;
  flow.owner = situation.owner;
  flow.other_gateways = std::move(other_gateways);
  VisitPathGateways(flow, [this](const Neighbour& gateway) { CountGateway(gateway, 1); });
  index_.Move(id, links, LinksOf(flow));
}

std::deque<FlowVerdict> FlowTable::Recheck(const Touched& touched, const Mirror& mirror, double now_ms,
                                           const std::function<bool()>& pause) {
  std::deque<FlowVerdict> changed;
  if (flows_.empty() || touched.IsEmpty()) return changed;
  const auto rests_on = [this](uint32_t id, uint32_t ifindex) { return RestsOn(id, ifindex); };
  Situation situation;
  // Most flows leave from the same few addresses.
  std::optional<std::tuple<std::optional<IpAddress>, uint32_t, uint32_t>> observed;
  size_t count = 0;
  for (const uint32_t id : index_.Candidates(touched, mirror.addresses(), rests_on)) {
    if (++count % kSlice == 0 && !pause()) break;
    const auto found = flows_.find(id);
    if (found == flows_.end()) continue;
    Flow& flow = found->second;
    ++checks_;
    const std::tuple source(flow.spec.local, flow.spec.oif, flow.baseline.owner);
    if (observed != source) {
      ObserveSource(mirror, flow.spec, &flow.baseline, situation);
      observed = source;
    }
    ObserveRoute(mirror, flow.spec, &flow.baseline, situation);
    const Verdict verdict = Judge(flow.baseline, situation);
    if (!verdict.SaysTheSame(flow.verdict)) changed.push_back({id, verdict, flow.verdict, now_ms});
    SetVerdict(id, flow, verdict, situation);
  }
  ForgetAbsent();
  return changed;
}

}  // namespace roamkit
