#include "mirror/fib.h"

#include <algorithm>
#include <utility>

namespace roamkit {

namespace {

bool HasSameKey(uint32_t metric, uint8_t tos, const Route& route) {
  return metric == route.metric && tos == route.tos;
}

// IPv4 keeps the routes of a prefix by falling tos, then rising metric; IPv6 by rising metric.
bool ComesBefore(uint8_t tos, uint32_t metric, const Route& route) {
  return tos != route.tos ? tos > route.tos : metric < route.metric;
}

bool HasLeg(const std::vector<NextHop>& legs, const NextHop& wanted) {
  return std::any_of(legs.begin(), legs.end(), [&](const NextHop& leg) { return leg.IsSameWay(wanted); });
}

// Whether IPv6 joins it with others of its metric to one route with several legs (rt6_qualify_for_ecmp). Of a
// route or a path.
template <typename T>
bool JoinsOthers(const T& path) {
  return path.nexthop_id == 0 && !path.nexthops.empty() &&
         std::all_of(path.nexthops.begin(), path.nexthops.end(),
                     [](const NextHop& leg) { return leg.gateway.IsSet(); });
}

// What a route is apart from its next-hop object, which may make a black hole of it.
RouteType OwnType(const Route& route) {
  const bool is_by_object = route.nexthop_id != 0 && route.type == RouteType::kBlackhole;
  return is_by_object ? RouteType::kUnicast : route.type;
}

}  // namespace

void Fib::Expand(TableKey table, const Prefix& prefix, const Stored& stored, Route& route) const {
  const RoutePath& path = paths_[stored.path];
  route.table = table.table;
  route.destination = prefix;
  route.source = path.source;
  route.tos = stored.tos;
  route.metric = stored.metric;
  route.type = TypeOf(stored);
  route.protocol = stored.protocol;
  route.scope = stored.scope;
  route.preference = stored.preference;
  route.is_expired = stored.is_expired;
  route.dead_legs = stored.dead_legs;
  route.nexthop_id = path.nexthop_id;
  route.preferred_source = path.preferred_source;
  route.nexthops = path.nexthops;
}

PrefixTrie& Fib::TableOf(TableKey key) {
  if (last_table_.second == nullptr || last_table_.first != key) last_table_ = {key, &tables_[key]};
  return *last_table_.second;
}

bool Fib::IsSame(const Stored& stored, const Route& route) const {
  return HasSameKey(stored.metric, stored.tos, route) && stored.type == OwnType(route) &&
         stored.protocol == route.protocol && stored.scope == route.scope &&
         stored.preference == route.preference && paths_[stored.path].IsOf(route);
}

uint32_t* Fib::FindSame(uint32_t* head, const Route& route) {
  for (uint32_t* place = head; *place != 0; place = &routes_[*place].next) {
    if (IsSame(routes_[*place], route)) return place;
  }
  return nullptr;
}

uint32_t* Fib::FindPlace(uint32_t* head, const Route& route, InsertMode mode) {
  uint32_t* place = head;
  for (; *place != 0; place = &routes_[*place].next) {
    const Stored& stored = routes_[*place];
    if (ComesBefore(stored.tos, stored.metric, route)) continue;
    if (!HasSameKey(stored.metric, stored.tos, route)) break;
    if (mode == InsertMode::kAppend) continue;
    if (mode == InsertMode::kDumped && stored.epoch == epoch_) continue;
    break;
  }
  return place;
}

uint32_t Fib::Store(const Route& route) {
  const uint32_t index = routes_.Allocate();
  Stored& stored = routes_[index];
  stored.metric = route.metric;
  stored.path = paths_.Acquire(route);
  stored.type = OwnType(route);
  stored.scope = route.scope;
  stored.tos = route.tos;
  stored.protocol = route.protocol;
  stored.preference = route.preference;
  stored.is_expired = route.is_expired;
  stored.dead_legs = route.dead_legs;
  stored.epoch = epoch_;
  paths_.Confirm(stored.path);
  ++size_;
  return index;
}

void Fib::Confirm(Stored& stored) {
  if (stored.epoch == epoch_) return;
  stored.epoch = epoch_;
  paths_.Confirm(stored.path);
}

void Fib::Refresh(Stored& stored, const Route& route) {
  Confirm(stored);
  const uint32_t dead_legs =
      (route.dead_legs & ~route.undecided_legs) | (stored.dead_legs & route.undecided_legs);
  if (stored.is_expired == route.is_expired && stored.dead_legs == dead_legs) return;
  stored.is_expired = route.is_expired;
  stored.dead_legs = dead_legs;
  report_(ChangeKind::kChange, route);
}

void Fib::Change(Stored& stored, const Route& route) {
  const uint32_t path = paths_.Acquire(route);
  if (stored.epoch == epoch_) {
    paths_.Unconfirm(stored.path);
    paths_.Confirm(path);
  }
  paths_.Release(stored.path);
  stored.path = path;
  stored.dead_legs = route.dead_legs;
  report_(ChangeKind::kChange, route);
}

void Fib::Unlink(TableKey table, const Prefix& prefix, uint32_t* place, bool is_reported) {
  const uint32_t index = *place;
  const Stored stored = routes_[index];
  if (is_reported) {
    Expand(table, prefix, stored, expanded_);
    report_(ChangeKind::kRemove, expanded_);
  }
  *place = stored.next;
  if (stored.epoch == epoch_) paths_.Unconfirm(stored.path);
  paths_.Release(stored.path);
  routes_.Free(index);
  --size_;
}

void Fib::Insert(const Route& route, InsertMode mode) {
  const TableKey table{route.family(), route.table};
  uint32_t* head = &TableOf(table).FindOrInsert(route.destination.address.Bits(), route.destination.length);
  // Places within the lists are pointers into the pool: whatever is stored below must not move it.
  routes_.Reserve(1);
  if (mode == InsertMode::kReplace) {
    ReplaceFirst(table, head, route);
    return;
  }
  if (uint32_t* same = FindSame(head, route); same != nullptr) {
    const uint32_t index = *same;
    if (mode == InsertMode::kDumped && routes_[index].epoch != epoch_) {
      // Known, but perhaps not in its place: of routes alike but for their gateway, the first carries the
      // traffic.
      *same = routes_[index].next;
      uint32_t* place = FindPlace(head, route, mode);
      routes_[index].next = *place;
      *place = index;
    }
    Refresh(routes_[index], route);
    return;
  }
  if (table.family == Family::kV6 && JoinsOthers(route)) {
    MergeLegs(table, head, route);
    return;
  }
  InsertAt(FindPlace(head, route, mode), route);
  report_(ChangeKind::kAdd, route);
}

void Fib::InsertAt(uint32_t* place, const Route& route) {
  const uint32_t index = Store(route);
  routes_[index].next = *place;
  *place = index;
}

// IPv4 replaces the first route with the same prefix, tos and metric (docs/kernel.md 19), IPv6 the set of
// legs with the same metric (docs/kernel.md 20). One message tells of it, so one change is reported.
void Fib::ReplaceFirst(TableKey table, uint32_t* head, const Route& route) {
  // Each route of a next-hop object that was replaced is told again, as a replacement, wherever it stands.
  if (uint32_t* same = FindSame(head, route); same != nullptr && route.nexthop_id != 0) {
    Refresh(routes_[*same], route);
    return;
  }
  // IPv6 prefers one of the same kind, with or without gateways, and takes the first of the metric where
  // there is none.
  uint32_t* place = head;
  uint32_t* other_kind = nullptr;
  for (; *place != 0; place = &routes_[*place].next) {
    const Stored& stored = routes_[*place];
    if (!HasSameKey(stored.metric, stored.tos, route)) continue;
    const bool is_same_kind = JoinsOthers(paths_[stored.path]) == JoinsOthers(route);
    if (table.family == Family::kV4 || is_same_kind) break;
    if (other_kind == nullptr) other_kind = place;
  }
  if (*place == 0 && other_kind != nullptr) place = other_kind;
  if (*place != 0) {
    if (IsSame(routes_[*place], route)) {
      Refresh(routes_[*place], route);
      return;
    }
    Unlink(table, route.destination, place, false);
    InsertAt(place, route);
    report_(ChangeKind::kChange, route);
    return;
  }
  InsertAt(FindPlace(head, route, InsertMode::kAppend), route);
  report_(ChangeKind::kAdd, route);
}

// IPv6 gateways of one metric are legs of one route, and a message for an appended leg carries the whole set
// (docs/kernel.md 20): what it covers is replaced by it.
void Fib::MergeLegs(TableKey table, uint32_t* head, const Route& route) {
  bool is_replaced = false;
  for (uint32_t* place = head; *place != 0;) {
    const Stored& stored = routes_[*place];
    const RoutePath& path = paths_[stored.path];
    const bool is_covered = HasSameKey(stored.metric, stored.tos, route) && JoinsOthers(path) &&
                            std::all_of(path.nexthops.begin(), path.nexthops.end(), [&](const NextHop& leg) {
                              return roamkit::HasLeg(route.nexthops, leg);
                            });
    if (!is_covered) {
      place = &routes_[*place].next;
      continue;
    }
    Unlink(table, route.destination, place, false);
    is_replaced = true;
  }
  InsertAt(FindPlace(head, route, InsertMode::kAppend), route);
  report_(is_replaced ? ChangeKind::kChange : ChangeKind::kAdd, route);
}

void Fib::Remove(const Route& route) {
  const TableKey table{route.family(), route.table};
  const auto found = tables_.find(table);
  if (found == tables_.end()) return;
  const AddressBits key = route.destination.address.Bits();
  uint32_t* head = found->second.Find(key, route.destination.length);
  if (head == nullptr) return;
  if (uint32_t* same = FindSame(head, route); same != nullptr) {
    Unlink(table, route.destination, same);
  } else {
    RemoveLegs(table, head, route);
  }
  if (*head == 0) found->second.Erase(key, route.destination.length);
}

// A message that names no route of ours to the letter: an IPv6 leg, or a route of which some detail changed
// without a message. It goes by its key and legs.
void Fib::RemoveLegs(TableKey table, uint32_t* head, const Route& route) {
  for (uint32_t* place = head; *place != 0; place = &routes_[*place].next) {
    Stored& stored = routes_[*place];
    const RoutePath& path = paths_[stored.path];
    if (!HasSameKey(stored.metric, stored.tos, route) || stored.type != OwnType(route)) continue;
    if (path.nexthop_id != route.nexthop_id) continue;
    const bool names_legs =
        std::all_of(route.nexthops.begin(), route.nexthops.end(),
                    [&](const NextHop& leg) { return roamkit::HasLeg(path.nexthops, leg); });
    if (!names_legs) continue;
    Route rest;
    Expand(table, route.destination, stored, rest);
    rest.EraseLegs([&](const NextHop& leg) { return roamkit::HasLeg(route.nexthops, leg); });
    if (rest.nexthops.empty() || table.family == Family::kV4) {
      Unlink(table, route.destination, place);
      return;
    }
    Change(stored, rest);
    return;
  }
}

bool Fib::MarkLegs(Stored& stored, uint32_t oif, bool are_dead) {
  const std::vector<NextHop>& legs = paths_[stored.path].nexthops;
  uint32_t marked = 0;
  for (size_t leg = 0; leg < std::min<size_t>(legs.size(), 32); ++leg) {
    if (legs[leg].oif == oif) marked |= 1U << leg;
  }
  const uint32_t before = stored.dead_legs;
  stored.dead_legs = are_dead ? before | marked : before & ~marked;
  return stored.dead_legs != before;
}

void Fib::RewriteNextHop(uint32_t nexthop_id, const std::vector<NextHop>& legs, bool is_blackhole) {
  Visit({}, paths_.Rewrite(nexthop_id, legs, is_blackhole),
        [&](TableKey table, const Prefix& prefix, const Stored& stored) {
          Expand(table, prefix, stored, expanded_);
          report_(ChangeKind::kChange, expanded_);
        });
}

void Fib::Clear() {
  last_table_.second = nullptr;
  tables_.clear();
  routes_ = {};
  paths_ = {};
  size_ = 0;
}

void Fib::BeginSweep() {
  ++epoch_;
  paths_.BeginSweep();
}

void Fib::EndSweep(const RouteFilter& scope) {
  PathSelection stale = paths_.SelectUnconfirmed([&](const RoutePath& path) {
    const bool is_of_family = scope.family == Family::kNone || scope.family == path.family;
    return is_of_family && (scope.oif == 0 || path.Uses(scope.oif));
  });
  Sweep(scope, stale.users, [&](TableKey, const Prefix&, const Stored& stored) {
    if (stored.epoch == epoch_ || !stale.is_selected[stored.path]) return false;
    --stale.users;
    return true;
  });
}

bool Fib::HasLeg(TableKey table, const Prefix& prefix, uint8_t tos, uint32_t metric, const NextHop& leg,
                 bool any_gateway) const {
  const auto found = tables_.find(table);
  if (found == tables_.end()) return false;
  const uint32_t* head = found->second.Find(prefix.address.Bits(), prefix.length);
  for (uint32_t index = head == nullptr ? 0 : *head; index != 0; index = routes_[index].next) {
    const Stored& stored = routes_[index];
    if (stored.tos != tos || stored.metric != metric || stored.is_expired) continue;
    for (const NextHop& candidate : paths_[stored.path].nexthops) {
      if (any_gateway ? candidate.oif == leg.oif : candidate.IsSameWay(leg)) return true;
    }
  }
  return false;
}

bool Fib::UsesGateway(uint32_t oif, const IpAddress& gateway) const {
  const PathSelection users = paths_.Select([&](const RoutePath& path) {
    return std::any_of(path.nexthops.begin(), path.nexthops.end(),
                       [&](const NextHop& leg) { return leg.oif == oif && leg.gateway == gateway; });
  });
  return users.users > 0;
}

std::optional<RouteCursor> Fib::Page(const RouteFilter& filter, const RouteCursor& from, size_t limit,
                                     std::vector<Route>& out) const {
  for (auto it = tables_.lower_bound(from.table); it != tables_.end(); ++it) {
    const auto& [table, trie] = *it;
    if (filter.family != Family::kNone && filter.family != table.family) continue;
    if (filter.table != 0 && filter.table != table.table) continue;
    const bool is_resumed = from.is_within_table && from.table == table;
    const AddressBits after = from.prefix.address.Bits();
    RouteCursor next{table, {}, true};
    const bool is_full = trie.VisitFrom(
        is_resumed ? &after : nullptr, from.prefix.length,
        [&](const AddressBits& bits, unsigned length, uint32_t head) {
          next.prefix = {IpAddress::FromBits(table.family, bits), static_cast<uint8_t>(length)};
          for (uint32_t index = head; index != 0; index = routes_[index].next) {
            const Stored& stored = routes_[index];
            if (filter.oif != 0 && !paths_[stored.path].Uses(filter.oif)) continue;
            Expand(table, next.prefix, stored, out.emplace_back());
          }
          return out.size() >= limit;
        });
    if (is_full) return next;
  }
  return std::nullopt;
}

}  // namespace roamkit
