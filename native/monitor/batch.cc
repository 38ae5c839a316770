#include "monitor/batch.h"

#include <iterator>
#include <utility>

namespace roamkit {

namespace {

// While JavaScript is blocked, at most this many route changes wait for it; the rest are counted.
constexpr size_t kMostWaitingRoutes = 65536;

// A link has one or two routers, and each one portal.
constexpr size_t kMostWaitingPortals = 64;

template <typename T>
void Append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void AddPortal(std::vector<Portal>& portals, Portal portal) {
  if (portals.size() == kMostWaitingPortals) portals.erase(portals.begin());
  portals.push_back(std::move(portal));
}

void Batch::Merge(Batch&& later) {
  Append(mirror.links, std::move(later.mirror.links));
  Append(mirror.addresses, std::move(later.mirror.addresses));
  Append(mirror.rules, std::move(later.mirror.rules));
  mirror.omitted_routes += later.mirror.omitted_routes;
  if (mirror.routes.size() + later.mirror.routes.size() <= kMostWaitingRoutes) {
    Append(mirror.routes, std::move(later.mirror.routes));
  } else {
    mirror.omitted_routes += later.mirror.routes.size();
  }
  if (later.default_paths) default_paths = later.default_paths;
  for (size_t index = 0; index < lost_defaults.size(); ++index)
    lost_defaults[index] |= later.lost_defaults[index];
  Append(verdicts, std::move(later.verdicts));
  for (Portal& portal : later.portals) AddPortal(portals, std::move(portal));
  is_resync = is_resync || later.is_resync;
}

}  // namespace roamkit
