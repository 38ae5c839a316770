#include "monitor/batch.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "monitor/conflate.h"

namespace roamkit {

namespace {

// While JavaScript is blocked, at most this many route changes wait for it; the rest are counted.
constexpr size_t kMostWaitingRoutes = 4096;

// What one turn of JavaScript's event loop takes: each is a millisecond of making objects of them, and of
// what listeners and a registry do about them.
constexpr size_t kRoutesPerPart = 64;
constexpr size_t kVerdictsPerPart = 512;

// A link has one or two routers, and each one portal.
constexpr size_t kMostWaitingPortals = 64;

template <typename T>
void Append(std::deque<T>& to, std::deque<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// The first items, which the list is then without.
template <typename T>
std::deque<T> TakeFirst(std::deque<T>& list, size_t count) {
  if (list.size() <= count) return std::exchange(list, {});
  const auto end = list.begin() + static_cast<std::ptrdiff_t>(count);
  std::deque<T> first(std::make_move_iterator(list.begin()), std::make_move_iterator(end));
  list.erase(list.begin(), end);
  return first;
}

// Both are sorted by flow.
std::deque<FlowVerdict> MergeVerdicts(const std::deque<FlowVerdict>& earlier,
                                      const std::deque<FlowVerdict>& later) {
  std::deque<FlowVerdict> merged;
  auto first = earlier.begin();
  for (const FlowVerdict& last : later) {
    while (first != earlier.end() && first->flow < last.flow) merged.push_back(*first++);
    if (first == earlier.end() || first->flow != last.flow) {
      merged.push_back(last);
      continue;
    }
    // Back to what JavaScript was told before: nothing to tell.
    if (!last.verdict.SaysTheSame(first->previous))
      merged.push_back({last.flow, last.verdict, first->previous, last.since_ms});
    ++first;
  }
  merged.insert(merged.end(), first, earlier.end());
  return merged;
}

}  // namespace

void AddPortal(std::vector<Portal>& portals, Portal portal) {
  if (portals.size() == kMostWaitingPortals) portals.erase(portals.begin());
  portals.push_back(std::move(portal));
}

void Batch::Merge(Batch&& later) {
  Conflate(mirror.links, std::move(later.mirror.links));
  Conflate(mirror.addresses, std::move(later.mirror.addresses));
  Conflate(mirror.rules, std::move(later.mirror.rules));
  mirror.omitted_routes += later.mirror.omitted_routes;
  if (mirror.routes.size() + later.mirror.routes.size() <= kMostWaitingRoutes) {
    Append(mirror.routes, std::move(later.mirror.routes));
  } else {
    mirror.omitted_routes += later.mirror.routes.size();
  }
  if (later.default_paths) default_paths = later.default_paths;
  for (size_t index = 0; index < lost_defaults.size(); ++index)
    lost_defaults[index] |= later.lost_defaults[index];
  if (!later.verdicts.empty()) verdicts = MergeVerdicts(verdicts, later.verdicts);
  for (Portal& portal : later.portals) AddPortal(portals, std::move(portal));
  is_resync = is_resync || later.is_resync;
  resync_done = std::max(resync_done, later.resync_done);
}

bool Batch::IsLarge() const {
  return verdicts.size() > kVerdictsPerPart || mirror.routes.size() > kRoutesPerPart;
}

Batch Batch::TakePart() {
  Batch part;
  part.received_at_ms = received_at_ms;
  part.verdicts = TakeFirst(verdicts, kVerdictsPerPart);
  if (!verdicts.empty()) return part;
  // With the last verdicts comes the state that they follow from.
  part.mirror.links = std::exchange(mirror.links, {});
  part.mirror.addresses = std::exchange(mirror.addresses, {});
  part.mirror.rules = std::exchange(mirror.rules, {});
  part.default_paths = std::exchange(default_paths, std::nullopt);
  part.lost_defaults = std::exchange(lost_defaults, {});
  part.is_resync = std::exchange(is_resync, false);
  part.mirror.routes = TakeFirst(mirror.routes, kRoutesPerPart);
  if (mirror.routes.empty()) part.mirror.omitted_routes = std::exchange(mirror.omitted_routes, 0);
  return part;
}

}  // namespace roamkit
