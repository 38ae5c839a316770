// What a router advertisement says about a captive portal (RFC 8910 section 2.3), as the kernel passes it on.
// All of it comes from the network, from whoever is on the link.
#pragma once

#include <cstdint>
#include <string>

#include "mirror/ip.h"
#include "netlink/decode.h"

namespace roamkit {

struct PortalOption {
  uint32_t ifindex = 0;
  IpAddress router;
  std::string uri;

  bool operator==(const PortalOption&) const = default;
};

// From an RTM_NEWNDUSEROPT (docs/kernel.md 28). Other options are ignored.
Decoded DecodePortalOption(Bytes payload, PortalOption& option);

}  // namespace roamkit
