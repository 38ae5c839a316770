#include "mirror/path_table.h"

#include <algorithm>

namespace roamkit {

namespace {

// Of a route or a path: both have what counts.
template <typename T>
size_t Hash(const T& path) {
  const IpAddressHash hash;
  size_t value = hash(path.preferred_source) ^ (path.nexthop_id * 31U);
  if (path.nexthop_id != 0) return value;
  for (const NextHop& leg : path.nexthops) {
    value = value * 0x9E3779B97F4A7C15ULL + hash(leg.gateway) + leg.oif + (size_t{leg.weight} << 32);
  }
  return value;
}

}  // namespace

bool RoutePath::Uses(uint32_t oif) const {
  return std::any_of(nexthops.begin(), nexthops.end(), [oif](const NextHop& leg) { return leg.oif == oif; });
}

bool RoutePath::IsOf(const Route& route) const {
  return nexthop_id == route.nexthop_id && preferred_source == route.preferred_source &&
         source == route.source && (nexthop_id != 0 || nexthops == route.nexthops);
}

uint32_t PathTable::Acquire(const Route& route) {
  const size_t hash = Hash(route);
  const auto [first, last] = by_hash_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    Entry& entry = entries_[it->second];
    if (entry.path.IsOf(route)) {
      ++entry.users;
      return it->second;
    }
  }
  uint32_t index = 0;
  if (free_.empty()) {
    index = static_cast<uint32_t>(entries_.size());
    entries_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  const bool is_blackhole = route.nexthop_id != 0 && route.type == RouteType::kBlackhole;
  entries_[index] = {{route.nexthops, route.preferred_source, route.nexthop_id, is_blackhole, route.source},
                     1};
  by_hash_.emplace(hash, index);
  return index;
}

void PathTable::Release(uint32_t index) {
  Entry& entry = entries_[index];
  if (--entry.users > 0) return;
  const auto [first, last] = by_hash_.equal_range(Hash(entry.path));
  for (auto it = first; it != last; ++it) {
    if (it->second == index) {
      by_hash_.erase(it);
      break;
    }
  }
  entry.path = {};
  free_.push_back(index);
}

bool PathTable::Rewrite(uint32_t nexthop_id, const std::vector<NextHop>& legs, bool is_blackhole) {
  bool has_changed = false;
  for (Entry& entry : entries_) {
    if (entry.users == 0 || entry.path.nexthop_id != nexthop_id) continue;
    has_changed = has_changed || entry.path.nexthops != legs || entry.path.is_blackhole != is_blackhole;
    entry.path.nexthops = legs;
    entry.path.is_blackhole = is_blackhole;
  }
  return has_changed;
}

}  // namespace roamkit
