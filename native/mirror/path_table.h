// What many routes share: their next hops and preferred source, each distinct set held once.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "mirror/types.h"

namespace roamkit {

// The part of a route that a million routes have in common.
struct RoutePath {
  std::vector<NextHop> nexthops;
  IpAddress preferred_source;
  uint32_t nexthop_id = 0;    // 0: the legs are the route's own, else those of the object
  bool is_blackhole = false;  // the object is one
  Prefix source;

  [[nodiscard]] bool Uses(uint32_t oif) const;
  // Whether it is what the route has. Of an object only the id counts, for its legs change with it.
  [[nodiscard]] bool IsOf(const Route& route) const;
};

// Hands out an index per distinct path and counts its users.
class PathTable {
 public:
  uint32_t Acquire(const Route& route);
  void Release(uint32_t index);
  const RoutePath& operator[](uint32_t index) const { return entries_[index].path; }

  // Gives all paths that name the object other legs; true where there were any.
  bool Rewrite(uint32_t nexthop_id, const std::vector<NextHop>& legs, bool is_blackhole);

  // Indexes of the paths for which the predicate holds.
  template <typename Predicate>
  [[nodiscard]] std::vector<bool> Select(Predicate matches) const {
    std::vector<bool> selected(entries_.size());
    for (uint32_t index = 0; index < entries_.size(); ++index) {
      selected[index] = entries_[index].users > 0 && matches(entries_[index].path);
    }
    return selected;
  }

 private:
  struct Entry {
    RoutePath path;
    uint32_t users = 0;
  };

  std::vector<Entry> entries_;
  std::vector<uint32_t> free_;
  std::unordered_multimap<size_t, uint32_t> by_hash_;
};

}  // namespace roamkit
