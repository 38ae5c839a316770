// What routers said about captive portals, so that only what is new is told: advertisements repeat every few
// minutes, and the monitor's reader must not hear of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "netlink/portal_option.h"

namespace roamkit {

class Portals {
 public:
  // True where that router of that link has not said it last.
  bool Learn(const PortalOption& option);
  // The link is another network when it is back.
  void Forget(uint32_t ifindex) { by_link_.erase(ifindex); }
  void ForgetAll() { by_link_.clear(); }

 private:
  // Of a link's routers, those that spoke last are remembered: a link has one or two, and whoever forges more
  // gets no memory for it.
  static constexpr size_t kMostRouters = 8;

  std::map<uint32_t, std::vector<PortalOption>> by_link_;  // the latest new one last
};

}  // namespace roamkit
