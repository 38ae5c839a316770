// The routes of all tables: a prefix trie per (family, table), as the kernel's FIB.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "mirror/path_table.h"
#include "mirror/pool.h"
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
    uint32_t dead_legs;  // see Route

    // `leg`: one of the path's.
    [[nodiscard]] bool IsDead(const NextHop& leg) const {
      const auto index = static_cast<size_t>(&leg - path.nexthops.data());
      return index < 32 && (dead_legs >> index & 1U) != 0;
    }
  };

  // The routes at one prefix, without a copy of them; not to be kept.
  class Entries {
   public:
    class Iterator {
     public:
      Iterator(const Fib& fib, uint32_t index) : fib_(&fib), index_(index) {}
      Entry operator*() const { return fib_->EntryAt(index_); }
      Iterator& operator++() {
        index_ = fib_->routes_[index_].next;
        return *this;
      }
      bool operator==(const Iterator& other) const { return index_ == other.index_; }

     private:
      const Fib* fib_;
      uint32_t index_;
    };

    Entries(const Fib& fib, uint32_t head) : fib_(fib), head_(head) {}
    [[nodiscard]] Iterator begin() const { return {fib_, head_}; }
    [[nodiscard]] Iterator end() const { return {fib_, 0}; }
    [[nodiscard]] Entry front() const { return *begin(); }

   private:
    const Fib& fib_;
    uint32_t head_;
  };

  // `report` is told of each change; `pause` is called between the slices of long work, when everything may
  // be read.
  Fib(RouteChanges report, std::function<bool()> pause)
      : report_(std::move(report)), pause_(std::move(pause)) {}

  void Insert(const Route& route, InsertMode mode);
  // Removes the route, or for IPv6 the legs that it names.
  void Remove(const Route& route);

  // Removes all routes for which is_gone(table, prefix, entry) holds. `affects` says first which paths are
  // worth a look.
  template <typename Affects, typename IsGone>
  void RemoveIf(Affects affects, IsGone is_gone) {
    PathSelection affected = paths_.Select(affects);
    Sweep({}, affected.users, [&](TableKey table, const Prefix& prefix, const Stored& stored) {
      if (!affected.is_selected[stored.path]) return false;
      --affected.users;
      return is_gone(table, prefix, EntryOf(stored));
    });
  }

  // Changes routes in their place: revise(route) edits one whose path `affects` names, and says whether it
  // did.
  template <typename Affects, typename Revise>
  void ReviseIf(Affects affects, Revise revise) {
    Visit({}, paths_.Select(affects), [&](TableKey table, const Prefix& prefix, Stored& stored) {
      Route route;
      Expand(table, prefix, stored, route);
      if (revise(route)) Change(stored, route);
    });
  }

  // Legs of multipath routes by the link die, or live again. Calls changed(prefix) for each route it touches.
  template <typename Changed>
  void MarkLegs(Family family, uint32_t oif, bool are_dead, Changed changed) {
    const auto is_affected = [&](const RoutePath& path) {
      return path.family == family && path.nexthop_id == 0 && path.nexthops.size() > 1 && path.Uses(oif);
    };
    Visit({family, 0, 0}, paths_.Select(is_affected), [&](TableKey, const Prefix& prefix, Stored& stored) {
      if (MarkLegs(stored, oif, are_dead)) changed(prefix);
    });
  }

  // A next-hop object leads elsewhere now, and with it all routes that name it.
  void RewriteNextHop(uint32_t nexthop_id, const std::vector<NextHop>& legs, bool is_blackhole);

  // Mark and sweep around a dump: what was not inserted in between is removed.
  void BeginSweep();
  void EndSweep(const RouteFilter& scope);

  // Calls visit(prefix, entries) for each covering prefix, longest first, until it returns true.
  template <typename Visit>
  bool VisitCovering(TableKey table, const IpAddress& destination, Visit visit) const {
    const auto found = tables_.find(table);
    return found != tables_.end() &&
           found->second.VisitCovering(
               destination.Bits(), [&](const AddressBits& bits, unsigned length, uint32_t head) {
                 return visit(Prefix{IpAddress::FromBits(table.family, bits), static_cast<uint8_t>(length)},
                              Entries(*this, head));
               });
  }

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
  // Forgets everything, and tells nobody.
  void Clear();

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
  [[nodiscard]] Entry EntryOf(const Stored& stored) const {
    return {paths_[stored.path], stored.metric,     TypeOf(stored),    stored.scope,    stored.tos,
            stored.protocol,     stored.preference, stored.is_expired, stored.dead_legs};
  }
  [[nodiscard]] Entry EntryAt(uint32_t index) const { return EntryOf(routes_[index]); }
  [[nodiscard]] PrefixTrie& TableOf(TableKey key);
  void Expand(TableKey table, const Prefix& prefix, const Stored& stored, Route& route) const;
  [[nodiscard]] bool IsSame(const Stored& stored, const Route& route) const;
  // Where, in a prefix's list, the route belongs.
  uint32_t* FindPlace(uint32_t* head, const Route& route, InsertMode mode);
  uint32_t* FindSame(uint32_t* head, const Route& route);
  uint32_t Store(const Route& route);
  void Unlink(TableKey table, const Prefix& prefix, uint32_t* place, bool is_reported = true);
  void InsertAt(uint32_t* place, const Route& route);
  void ReplaceFirst(TableKey table, uint32_t* head, const Route& route);
  void MergeLegs(TableKey table, uint32_t* head, const Route& route);
  void RemoveLegs(TableKey table, uint32_t* head, const Route& route);
  void Confirm(Stored& stored);
  // A route that is known, told again: nothing of it but its age and its legs' state may be new.
  void Refresh(Stored& stored, const Route& route);
  // Gives a stored route the legs and the source of another one, and reports it.
  void Change(Stored& stored, const Route& route);
  bool MarkLegs(Stored& stored, uint32_t oif, bool are_dead);
  // Calls visit(table, prefix, stored) for each route of the scope that has one of the paths.
  template <typename VisitRoute>
  void Visit(const RouteFilter& scope, const PathSelection& selection, VisitRoute visit);
  // Removes the routes for which is_gone(table, prefix, stored) holds, in slices, while `left` is not 0: how
  // many the predicate still waits for.
  template <typename IsGone>
  void Sweep(const RouteFilter& scope, const size_t& left, IsGone is_gone) {
    for (auto& [key, trie] : tables_) {
      if (scope.family != Family::kNone && scope.family != key.family) continue;
      if (scope.table != 0 && scope.table != key.table) continue;
      std::optional<Prefix> after;
      while (left > 0 && SweepSlice(key, trie, after, left, is_gone)) {
        if (!pause_()) return;
      }
    }
  }
  // Goes on after the prefix, and moves it; false: there are no more.
  template <typename IsGone>
  bool SweepSlice(TableKey table, PrefixTrie& trie, std::optional<Prefix>& after, const size_t& left,
                  IsGone& is_gone);

  // Prefixes between two pauses: about half a millisecond's work where all of them go.
  static constexpr size_t kSlice = 1024;

  RouteChanges report_;
  std::function<bool()> pause_;
  std::map<TableKey, PrefixTrie> tables_;
  // Neighbouring messages are about the same table.
  std::pair<TableKey, PrefixTrie*> last_table_{{Family::kNone, 0}, nullptr};
  Pool<Stored> routes_;
  PathTable paths_;
  size_t size_ = 0;
  uint16_t epoch_ = 0;
  Route expanded_;  // what is reported; kept for the room in its vector
};

template <typename VisitRoute>
void Fib::Visit(const RouteFilter& scope, const PathSelection& selection, VisitRoute visit) {
  size_t left = selection.users;
  for (auto& [key, trie] : tables_) {
    if (left == 0) return;
    if (scope.family != Family::kNone && scope.family != key.family) continue;
    if (scope.table != 0 && scope.table != key.table) continue;
    const TableKey table = key;
    trie.VisitFrom(nullptr, 0, [&](const AddressBits& bits, unsigned length, uint32_t head) {
      const Prefix prefix{IpAddress::FromBits(table.family, bits), static_cast<uint8_t>(length)};
      for (uint32_t index = head; index != 0; index = routes_[index].next) {
        Stored& stored = routes_[index];
        if (stored.path >= selection.is_selected.size() || !selection.is_selected[stored.path]) continue;
        visit(table, prefix, stored);
        --left;
      }
      return left == 0;
    });
  }
}

template <typename IsGone>
bool Fib::SweepSlice(TableKey table, PrefixTrie& trie, std::optional<Prefix>& after, const size_t& left,
                     IsGone& is_gone) {
  const AddressBits after_key = after ? after->address.Bits() : AddressBits{};
  std::vector<Prefix> emptied;
  size_t visited = 0;
  const bool is_more =
      trie.VisitFrom(after ? &after_key : nullptr, after ? after->length : 0,
                     [&](const AddressBits& bits, unsigned length, uint32_t& head) {
                       after = Prefix{IpAddress::FromBits(table.family, bits), static_cast<uint8_t>(length)};
                       for (uint32_t* place = &head; *place != 0;) {
                         if (is_gone(table, *after, std::as_const(routes_)[*place]))
                           Unlink(table, *after, place);
                         else
                           place = &routes_[*place].next;
                       }
                       if (head == 0) emptied.push_back(*after);
                       return ++visited >= kSlice || left == 0;
                     });
  for (const Prefix& prefix : emptied) trie.Erase(prefix.address.Bits(), prefix.length);
  return is_more;
}

}  // namespace roamkit
