#include "mirror/path_table.h"

#include <algorithm>

namespace roamkit {

bool RoutePath::Uses(uint32_t oif) const {
  return std::any_of(nexthops.begin(), nexthops.end(), [oif](const NextHop& leg) { return leg.oif == oif; });
}

bool RoutePath::IsOf(const Route& route) const {
  return family == route.family() && nexthop_id == route.nexthop_id &&
         preferred_source == route.preferred_source && source == route.source &&
         (nexthop_id != 0 || nexthops == route.nexthops);
}

size_t PathTable::Hash(const Route& route) {
  const IpAddressHash hash;
  size_t value =
      hash(route.preferred_source) ^ (route.nexthop_id * 31U) ^ static_cast<size_t>(route.family());
  if (route.nexthop_id != 0) return value;
  for (const NextHop& leg : route.nexthops) {
    value = value * 0x9E3779B97F4A7C15ULL + hash(leg.gateway) + leg.oif + (size_t{leg.weight} << 32);
  }
  return value;
}

uint32_t PathTable::Acquire(const Route& route) {
  if (last_ < entries_.size() && entries_[last_].users > 0 && entries_[last_].path.IsOf(route)) {
    ++entries_[last_].users;
    return last_;
  }
  const size_t hash = Hash(route);
  const auto [first, last] = by_hash_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    Entry& entry = entries_[it->second];
    if (!entry.path.IsOf(route)) continue;
    ++entry.users;
    return last_ = it->second;
  }
  uint32_t index = 0;
  if (free_.empty()) {
    index = static_cast<uint32_t>(entries_.size());
    entries_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  RoutePath path{route.family(),
                 route.nexthops,
                 route.preferred_source,
                 route.nexthop_id,
                 route.nexthop_id != 0 && route.type == RouteType::kBlackhole,
                 route.source};
  entries_[index] = {std::move(path), hash, 1, 0};
  by_hash_.emplace(hash, index);
  return last_ = index;
}

void PathTable::Release(uint32_t index) {
  Entry& entry = entries_[index];
  if (--entry.users > 0) return;
  const auto [first, last] = by_hash_.equal_range(entry.hash);
  for (auto it = first; it != last; ++it) {
    if (it->second == index) {
      by_hash_.erase(it);
      break;
    }
  }
  entry.path = {};
  free_.push_back(index);
}

PathSelection PathTable::Rewrite(uint32_t nexthop_id, const std::vector<NextHop>& legs, bool is_blackhole) {
  PathSelection rewritten = Select([&](const RoutePath& path) {
    return path.nexthop_id == nexthop_id && (path.nexthops != legs || path.is_blackhole != is_blackhole);
  });
  for (uint32_t index = 0; index < entries_.size(); ++index) {
    if (!rewritten.is_selected[index]) continue;
    entries_[index].path.nexthops = legs;
    entries_[index].path.is_blackhole = is_blackhole;
  }
  return rewritten;
}

void PathTable::BeginSweep() {
  for (Entry& entry : entries_) entry.confirmed = 0;
}

}  // namespace roamkit
