#include "monitor/batch.h"

#include <iterator>
#include <utility>

namespace roamkit {

namespace {

// While JavaScript is blocked, at most this many route changes wait for it; the rest are counted.
constexpr size_t kMostWaitingRoutes = 65536;

template <typename T>
void Append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

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
  is_resync = is_resync || later.is_resync;
}

}  // namespace roamkit
