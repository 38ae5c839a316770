// The routes of all tables: a prefix trie per (family, table), as the kernel's FIB.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "mirror/path_table.h"
#include "mirror/prefix_trie.h"
#include "mirror/types.h"

namespace roamkit {

// Where a new route goes among those with the same prefix, tos and metric: what the kernel's NLM_F_APPEND,
// neither, and NLM_F_REPLACE mean. kDumped: in a dump of a whole family, behind what the same dump told
// before.
enum class InsertMode : uint8_t { kAppend, kPrepend, kReplace, kDumped };

using RouteChanges = std::function<void(ChangeKind, const Route&)>;

// Names a table of a family, and orders them.
struct TableKey {
  Family family;
  uint32_t table;
  auto operator<=>(const TableKey&) const = default;
};

// Which routes; unset members match all.
struct RouteFilter {
  Family family = Family::kNone;
  uint32_t table = 0;
  uint32_t oif = 0;
};

// A place between two routes that stays meaningful while routes come and go.
struct RouteCursor {
  TableKey table{Family::kNone, 0};
  Prefix prefix;
  bool is_within_table = false;
};

class Fib {
 public:
  // The routes at one prefix, in the kernel's order of preference. A visitor of them gets these.
  struct Entry {
    const RoutePath& path;
    uint32_t metric;
    RouteType type;
    Scope scope;
    uint8_t tos;
    uint8_t protocol;
    uint8_t preference;
    bool is_expired;
    uint32_t dead_legs;
  };

  explicit Fib(RouteChanges report) : report_(std::move(report)) {}

  void Insert(const Route& route, InsertMode mode);
  // Removes the route, or for IPv6 the legs that it names.
  void Remove(const Route& route);

  // Removes all routes for which the predicate holds. `affects` says first which paths are worth a look.
  void RemoveIf(const std::function<bool(const RoutePath&)>& affects,
                const std::function<bool(const Route&)>& is_gone);

  // Changes routes in their place: `revise` edits a route whose path `affects` names, and says whether it
  // did.
  void ReviseIf(const std::function<bool(const RoutePath&)>& affects,
                const std::function<bool(Route&)>& revise);

  // Legs of multipath routes by the link die, or live again. Calls changed(prefix) for each route it touches.
  template <typename Changed>
  void MarkLegs(Family family, uint32_t oif, bool are_dead, Changed changed);

  // A next-hop object leads elsewhere now, and with it all routes that name it.
  void RewriteNextHop(uint32_t nexthop_id, const std::vector<NextHop>& legs, bool is_blackhole);

  // Mark and sweep around a dump: what was not inserted in between is removed.
  void BeginSweep() { ++epoch_; }
  void EndSweep(const RouteFilter& scope);

  // Calls visit(prefix, entries) for each covering prefix, longest first, until it returns true.
  bool VisitCovering(TableKey table, const IpAddress& destination,
                     const std::function<bool(const Prefix&, const std::vector<Entry>&)>& visit) const;

  // Whether the table has a route with this key that leaves by this leg; `any_gateway`: by its link, whatever
  // gateway.
  [[nodiscard]] bool HasLeg(TableKey table, const Prefix& prefix, uint8_t tos, uint32_t metric,
                            const NextHop& leg, bool any_gateway) const;

  // Whether any route leaves by that gateway.
  [[nodiscard]] bool UsesGateway(uint32_t oif, const IpAddress& gateway) const;

  // Up to `limit` routes from the cursor on; the cursor of the next page, or nullopt after the last.
  std::optional<RouteCursor> Page(const RouteFilter& filter, const RouteCursor& from, size_t limit,
                                  std::vector<Route>& out) const;

  [[nodiscard]] size_t size() const { return size_; }

 private:
  struct Stored {
    uint32_t metric = 0;
    uint32_t path = 0;
    uint32_t dead_legs = 0;                    // see Route
    uint32_t next = 0;                         // the next route at the same prefix; 0: none
    RouteType type = RouteType::kUnspecified;  // see TypeOf()
    Scope scope = Scope::kGlobal;
    uint8_t tos = 0;
    uint8_t protocol = 0;
    uint8_t preference = 0;
    bool is_expired = false;
    uint16_t epoch = 0;  // of the last dump that had it
  };

  // Of a route that names a next-hop object, the object decides whether it is a black hole.
  [[nodiscard]] RouteType TypeOf(const Stored& stored) const {
    return paths_[stored.path].is_blackhole ? RouteType::kBlackhole : stored.type;
  }
  [[nodiscard]] Route Expand(TableKey table, const Prefix& prefix, const Stored& stored) const;
  [[nodiscard]] bool IsSame(const Stored& stored, const Route& route) const;
  // A route that is known, told again: nothing of it but its age may be new.
  void Refresh(uint32_t index, const Route& route);
  // Where, in a prefix's list, the route belongs.
  uint32_t* FindPlace(uint32_t* head, const Route& route, InsertMode mode);
  uint32_t* FindSame(uint32_t* head, const Route& route);
  uint32_t Store(const Route& route);
  void Unlink(TableKey table, const Prefix& prefix, uint32_t* place, bool is_reported = true);
  void InsertAt(uint32_t* place, const Route& route);
  void ReplaceFirst(TableKey table, uint32_t* head, const Route& route);
  void MergeLegs(TableKey table, uint32_t* head, const Route& route);
  void RemoveLegs(TableKey table, uint32_t* head, const Route& route);
  // Calls visit(table, prefix, head) for each prefix of the scope; those it leaves without routes are erased.
  template <typename Visit>
  void VisitEverywhere(const RouteFilter& scope, Visit visit);
  template <typename Predicate>
  void RemoveEverywhere(const RouteFilter& scope, Predicate is_gone);

  RouteChanges report_;
  std::map<TableKey, PrefixTrie> tables_;
  Pool<Stored> routes_;
  PathTable paths_;
  size_t size_ = 0;
  uint16_t epoch_ = 0;
};

template <typename Visit>
void Fib::VisitEverywhere(const RouteFilter& scope, Visit visit) {
  for (auto& [key, trie] : tables_) {
    if (scope.family != Family::kNone && scope.family != key.family) continue;
    if (scope.table != 0 && scope.table != key.table) continue;
    const TableKey table = key;
    std::vector<Prefix> emptied;
    trie.VisitFrom(nullptr, 0, [&](const AddressBits& bits, unsigned length, uint32_t) {
      const Prefix prefix{IpAddress::FromBits(table.family, bits), static_cast<uint8_t>(length)};
      // The visit is const; the list behind the prefix is ours to change, the trie's shape only afterwards.
      uint32_t& head = *trie.Find(bits, length);
      visit(table, prefix, head);
      if (head == 0) emptied.push_back(prefix);
      return false;
    });
    for (const Prefix& prefix : emptied) trie.Erase(prefix.address.Bits(), prefix.length);
  }
}

template <typename Changed>
void Fib::MarkLegs(Family family, uint32_t oif, bool are_dead, Changed changed) {
  const std::vector<bool> affected = paths_.Select([oif](const RoutePath& path) {
    return path.nexthop_id == 0 && path.nexthops.size() > 1 && path.Uses(oif);
  });
  if (std::find(affected.begin(), affected.end(), true) == affected.end()) return;
  VisitEverywhere({family, 0, 0}, [&](TableKey, const Prefix& prefix, uint32_t& head) {
    for (uint32_t index = head; index != 0; index = routes_[index].next) {
      Stored& stored = routes_[index];
      if (!affected[stored.path]) continue;
      const std::vector<NextHop>& legs = paths_[stored.path].nexthops;
      uint32_t marked = 0;
      for (size_t leg = 0; leg < std::min<size_t>(legs.size(), 32); ++leg) {
        if (legs[leg].oif == oif) marked |= 1U << leg;
      }
      const uint32_t dead_legs = are_dead ? stored.dead_legs | marked : stored.dead_legs & ~marked;
      if (dead_legs == stored.dead_legs) continue;
      stored.dead_legs = dead_legs;
      changed(prefix);
    }
  });
}

}  // namespace roamkit
