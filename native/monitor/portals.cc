#include "monitor/portals.h"

#include <algorithm>

namespace roamkit {

bool Portals::Learn(const PortalOption& option) {
  std::vector<PortalOption>& known = by_link_[option.ifindex];
  const auto same = std::find_if(known.begin(), known.end(),
                                 [&](const PortalOption& other) { return other.router == option.router; });
  if (same != known.end()) {
    if (same->uri == option.uri) return false;
    known.erase(same);
  }
  if (known.size() == kMostRouters) known.erase(known.begin());
  known.push_back(option);
  return true;
}

}  // namespace roamkit
