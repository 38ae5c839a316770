#include "mirror/neighbours.h"

#include <iterator>
#include <set>

namespace roamkit {

namespace {

// The kernel keeps at most 1,024 neighbours of a family unless told otherwise (gc_thresh3 in arp(7)), and
// tells of each that it drops. Where it keeps more, a scan of a large subnet pushes the oldest failures out
// here; a gateway in use is sought and fails anew every few seconds, so it is never among these.
constexpr size_t kMost = 4096;

}  // namespace

bool Neighbours::Put(const Neighbour& neighbour, NeighbourState state, double now_ms) {
  const auto known = failed_.find(neighbour);
  if (state != NeighbourState::kFailed) {
    if (known == failed_.end() || state == NeighbourState::kSought) return false;
    Erase(known);
    return true;
  }
  const uint64_t order = next_order_++;
  by_order_.emplace(order, neighbour);
  if (known != failed_.end()) {
    by_order_.erase(known->second.order);
    known->second.order = order;
    return false;
  }
  failed_.emplace(neighbour, Failure{now_ms, order});
  if (failed_.size() > kMost) Erase(failed_.find(by_order_.begin()->second));
  return true;
}

std::vector<Neighbour> Neighbours::Accept(const DumpedNeighbours& dumped, double now_ms) {
  std::set<Neighbour> present;
  std::vector<Neighbour> changed;
  for (const auto& [neighbour, state] : dumped) {
    present.insert(neighbour);
    if (Put(neighbour, state, now_ms)) changed.push_back(neighbour);
  }
  for (auto entry = failed_.begin(); entry != failed_.end();) {
    const auto next = std::next(entry);
    if (!present.contains(entry->first)) {
      changed.push_back(entry->first);
      Erase(entry);
    }
    entry = next;
  }
  return changed;
}

void Neighbours::EraseLink(uint32_t ifindex) {
  auto entry = failed_.lower_bound({ifindex, {}});
  while (entry != failed_.end() && entry->first.ifindex == ifindex) {
    const auto next = std::next(entry);
    Erase(entry);
    entry = next;
  }
}

bool Neighbours::HasFailedSince(const Neighbour& neighbour, double since_ms) const {
  const auto found = failed_.find(neighbour);
  return found != failed_.end() && found->second.at_ms >= since_ms;
}

void Neighbours::Erase(Failed::iterator entry) {
  by_order_.erase(entry->second.order);
  failed_.erase(entry);
}

}  // namespace roamkit
