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
  uint32_t nexthop_id = 0;
  Prefix source;

  bool operator==(const RoutePath&) const = default;
  [[nodiscard]] bool Uses(uint32_t oif) const;
};

// Hands out an index per distinct path and counts its users.
class PathTable {
 public:
  uint32_t Acquire(const Route& route);
  void Release(uint32_t index);
  const RoutePath& operator[](uint32_t index) const { return entries_[index].path; }

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
  static size_t Hash(const RoutePath& path);

  std::vector<Entry> entries_;
  std::vector<uint32_t> free_;
  std::unordered_multimap<size_t, uint32_t> by_hash_;
};

}  // namespace roamkit
