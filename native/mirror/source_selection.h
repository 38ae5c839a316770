// Which address of this host a packet gets that was given none.
#pragma once

#include <cstdint>

#include "mirror/addresses.h"

namespace roamkit {

struct SourceChoice {
  IpAddress address;  // not set: there is none
  // False where the kernel decides by what the mirror does not hold.
  bool is_certain = true;
};

// As inet_select_addr(): an address of the egress link that reaches as far as the route, one of the gateway's
// subnet before others; else one borrowed from another link. `gateway` not set: on-link.
SourceChoice SelectIpv4Source(const Addresses& addresses, uint32_t oif, const IpAddress& gateway,
                              Scope scope);

// As ipv6_dev_get_saddr(): RFC 6724 section 5.
SourceChoice SelectIpv6Source(const Addresses& addresses, uint32_t oif, const IpAddress& destination);

}  // namespace roamkit
