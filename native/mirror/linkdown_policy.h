// Where routes by a link without a carrier are passed by (the sysctl ignore_routes_with_linkdown).
#pragma once

#include <cstdint>
#include <set>
#include <utility>

#include "mirror/ip.h"

namespace roamkit {

class LinkdownPolicy {
 public:
  // The setting of all links, IN_DEV_ORCONF's half of the answer for IPv4. IPv6 writes it to each of them.
  static constexpr uint32_t kAllLinks = 0;

  // False where it was so already.
  bool Set(Family family, uint32_t ifindex, bool ignores) {
    const std::pair key{family, ifindex};
    return ignores ? ignoring_.insert(key).second : ignoring_.erase(key) > 0;
  }
  [[nodiscard]] bool IgnoresRoutes(Family family, uint32_t ifindex) const {
    return !ignoring_.empty() && (ignoring_.contains({family, ifindex}) ||
                                  (family == Family::kV4 && ignoring_.contains({family, kAllLinks})));
  }

 private:
  std::set<std::pair<Family, uint32_t>> ignoring_;
};

}  // namespace roamkit
