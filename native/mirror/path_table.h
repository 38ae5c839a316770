// What many routes share: their next hops and preferred source, each distinct set held once.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "mirror/types.h"

namespace roamkit {

// The part of a route that a million routes have in common.
struct RoutePath {
  Family family = Family::kNone;
  std::vector<NextHop> nexthops;
  IpAddress preferred_source;
  uint32_t nexthop_id = 0;    // 0: the legs are the route's own, else those of the object
  bool is_blackhole = false;  // the object is one
  Prefix source;

  [[nodiscard]] bool Uses(uint32_t oif) const;
  // Whether it is what the route has. Of an object only the id counts, for its legs change with it.
  [[nodiscard]] bool IsOf(const Route& route) const;
};

// Some paths of a table, and how many routes have one of them.
struct PathSelection {
  std::vector<bool> is_selected;  // by index
  size_t users = 0;
};

// Hands out an index per distinct path and counts its users.
class PathTable {
 public:
  uint32_t Acquire(const Route& route);
  void Release(uint32_t index);
  const RoutePath& operator[](uint32_t index) const { return entries_[index].path; }

  // Gives all paths that name the object other legs; those that it changed.
  PathSelection Rewrite(uint32_t nexthop_id, const std::vector<NextHop>& legs, bool is_blackhole);

  // A dump begins: none of the users is confirmed by it yet.
  void BeginSweep();
  void Confirm(uint32_t index) { ++entries_[index].confirmed; }
  void Unconfirm(uint32_t index) { --entries_[index].confirmed; }

  // The paths for which the predicate holds, with all their users.
  template <typename Predicate>
  [[nodiscard]] PathSelection Select(Predicate matches) const {
    return SelectUsers([&](const Entry& entry) { return matches(entry.path) ? entry.users : 0; });
  }
  // ... with those users whom the dump has not confirmed.
  template <typename Predicate>
  [[nodiscard]] PathSelection SelectUnconfirmed(Predicate matches) const {
    return SelectUsers(
        [&](const Entry& entry) { return matches(entry.path) ? entry.users - entry.confirmed : 0; });
  }

 private:
  struct Entry {
    RoutePath path;
    size_t hash = 0;
    uint32_t users = 0;
    uint32_t confirmed = 0;  // of the users
  };

  template <typename UsersOf>
  [[nodiscard]] PathSelection SelectUsers(UsersOf users_of) const {
    PathSelection selection{std::vector<bool>(entries_.size()), 0};
    for (uint32_t index = 0; index < entries_.size(); ++index) {
      const Entry& entry = entries_[index];
      const uint32_t users = entry.users == 0 ? 0 : users_of(entry);
      selection.is_selected[index] = users > 0;
      selection.users += users;
    }
    return selection;
  }
  static size_t Hash(const Route& route);

  std::vector<Entry> entries_;
  std::vector<uint32_t> free_;
  std::unordered_multimap<size_t, uint32_t> by_hash_;
  // Of neighbouring routes most have the same path.
  uint32_t last_ = 0;
};

}  // namespace roamkit
