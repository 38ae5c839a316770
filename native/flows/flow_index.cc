#include "flows/flow_index.h"

#include <algorithm>
#include <iterator>

namespace roamkit {

namespace {

// So few that are absent are not worth a look at the others.
constexpr size_t kMostAbsent = 64;

bool Contains(const LinkSet& links, uint32_t ifindex) {
  return std::find(links.begin(), links.end(), ifindex) != links.end();
}

void KeepFirstOfEach(LinkSet& links) {
  for (size_t place = 1; place < links.size(); ++place) {
    for (size_t earlier = 0; earlier < place; ++earlier) {
      if (links[place] == links[earlier]) links[place] = 0;
    }
  }
}

template <typename T>
void SortOut(std::vector<T>& items) {
  if (!std::is_sorted(items.begin(), items.end())) std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

template <typename T>
std::vector<T> SortedOut(std::vector<T> items) {
  SortOut(items);
  return items;
}

void Append(const std::vector<uint32_t>& flows, std::vector<uint32_t>& into) {
  into.insert(into.end(), flows.begin(), flows.end());
}

}  // namespace

template <typename IsPresent>
void FlowIndex::FlowList::ForgetAbsent(IsPresent is_present) {
  if (flows.size() <= 2 * present + kMostAbsent) return;
  std::erase_if(flows, [&](uint32_t flow) { return !is_present(flow); });
  // One that came back is there twice.
  SortOut(flows);
}

void FlowIndex::Add(uint32_t flow, const FlowSpec& spec) {
  OfFamily(spec.remote.family).Add(flow);
  by_peer_.emplace(spec.remote, flow);
  if (spec.local) by_local_[*spec.local].insert(flow);
}

void FlowIndex::Remove(uint32_t flow, const FlowSpec& spec) {
  if (by_peer_.erase({spec.remote, flow}) == 0) return;
  --OfFamily(spec.remote.family).present;
  if (!spec.local) return;
  const auto local = by_local_.find(*spec.local);
  local->second.erase(flow);
  if (local->second.empty()) by_local_.erase(local);
}

void FlowIndex::Move(uint32_t flow, LinkSet before, LinkSet after) {
  if (before == after) return;
  KeepFirstOfEach(before);
  KeepFirstOfEach(after);
  for (const uint32_t ifindex : after) {
    if (ifindex != 0 && !Contains(before, ifindex)) by_link_[ifindex].Add(flow);
  }
  for (const uint32_t ifindex : before) {
    if (ifindex == 0 || Contains(after, ifindex)) continue;
    const auto found = by_link_.find(ifindex);
    if (--found->second.present == 0) by_link_.erase(found);
  }
}

void FlowIndex::ForgetAbsent(const RestsOn& rests_on) {
  for (FlowList* list : {&v4_, &v6_}) list->ForgetAbsent([&](uint32_t flow) { return rests_on(flow, 0); });
  for (auto& [ifindex, list] : by_link_) {
    list.ForgetAbsent([&, on = ifindex](uint32_t flow) { return rests_on(flow, on); });
  }
}

void FlowIndex::CollectPeersIn(const Prefix& prefix, std::vector<uint32_t>& into) const {
  if (prefix.length == 0) {
    Append(OfFamily(prefix.address.family).flows, into);
    return;
  }
  for (auto it = by_peer_.lower_bound({prefix.address, 0}); it != by_peer_.end(); ++it) {
    if (!prefix.Contains(it->first)) break;
    into.push_back(it->second);
  }
}

void FlowIndex::CollectLocalsIn(const Prefix& prefix, std::vector<uint32_t>& into) const {
  for (auto it = by_local_.lower_bound(prefix.address); it != by_local_.end(); ++it) {
    if (!prefix.Contains(it->first)) break;
    into.insert(into.end(), it->second.begin(), it->second.end());
  }
}

void FlowIndex::CollectLocals(const IpAddress& address, std::vector<uint32_t>& into) const {
  const auto found = by_local_.find(address);
  if (found != by_local_.end()) into.insert(into.end(), found->second.begin(), found->second.end());
}

void FlowIndex::CollectOn(uint32_t ifindex, const RestsOn& rests_on, std::vector<uint32_t>& into) const {
  const auto found = by_link_.find(ifindex);
  if (found == by_link_.end()) return;
  std::copy_if(found->second.flows.begin(), found->second.flows.end(), std::back_inserter(into),
               [&](uint32_t flow) { return rests_on(flow, ifindex); });
}

std::vector<uint32_t> FlowIndex::Candidates(const Touched& touched, const Addresses& addresses,
                                            const RestsOn& rests_on) const {
  std::vector<uint32_t> candidates;
  // To ask each prefix for its flows costs no less than to check a flow.
  if (touched.everything || touched.prefixes.size() > by_peer_.size()) {
    Append(v4_.flows, candidates);
    Append(v6_.flows, candidates);
  } else {
    for (const Prefix& prefix : SortedOut(touched.prefixes)) CollectPeersIn(prefix, candidates);
    for (const Prefix& prefix : SortedOut(touched.local_prefixes)) CollectLocalsIn(prefix, candidates);
    for (const uint32_t ifindex : touched.links) {
      CollectOn(ifindex, rests_on, candidates);
      // Of several links with a flow's address, any may become the one that counts.
      for (const Address& address : addresses.OfLink(ifindex)) CollectLocals(address.address, candidates);
    }
    for (const IpAddress& address : touched.addresses) CollectLocals(address, candidates);
    for (const Neighbour& gateway : touched.gateways) CollectOn(gateway.ifindex, rests_on, candidates);
  }
  SortOut(candidates);
  return candidates;
}

}  // namespace roamkit
