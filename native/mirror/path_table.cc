#include "mirror/path_table.h"

#include <algorithm>

namespace roamkit {

bool RoutePath::Uses(uint32_t oif) const {
  return std::any_of(nexthops.begin(), nexthops.end(), [oif](const NextHop& leg) { return leg.oif == oif; });
}

size_t PathTable::Hash(const RoutePath& path) {
  const IpAddressHash hash;
  size_t value = hash(path.preferred_source) ^ (path.nexthop_id * 31U);
  for (const NextHop& leg : path.nexthops) {
    value = value * 0x9E3779B97F4A7C15ULL + hash(leg.gateway) + leg.oif + (size_t{leg.weight} << 32);
  }
  return value;
}

uint32_t PathTable::Acquire(const Route& route) {
  RoutePath path{route.nexthops, route.preferred_source, route.nexthop_id, route.source};
  const size_t hash = Hash(path);
  const auto [first, last] = by_hash_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    Entry& entry = entries_[it->second];
    if (entry.path == path) {
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
  entries_[index] = {std::move(path), 1};
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

}  // namespace roamkit
