// From the bytes of a route-netlink message (rtnetlink(7)) to the mirror's structs.
#pragma once

#include "mirror/neighbours.h"
#include "mirror/types.h"
#include "netlink/attributes.h"

namespace roamkit {

enum class Decoded : uint8_t {
  kOk,
  kIgnored,    // well-formed, and none of our business
  kMalformed,  // a length is wrong: nothing of it is used
};

Decoded DecodeLink(Bytes payload, Link& link);
Decoded DecodeAddress(Bytes payload, Address& address);
// `ifindex` 0: of all links. kIgnored where the message is about other settings.
Decoded DecodeLinkdownPolicy(Bytes payload, Family& family, uint32_t& ifindex, bool& ignores_routes);
Decoded DecodeNextHop(Bytes payload, NextHopObject& object);
// Sets all of the route, so that one can be used for many messages.
Decoded DecodeRoute(Bytes payload, Route& route);
Decoded DecodeRule(Bytes payload, Rule& rule);
// The links' common IPv6 setting: does this host forward? Of other settings and single links: ignored.
Decoded DecodeForwardsIpv6(Bytes payload, bool& forwards);
Decoded DecodeNeighbour(Bytes payload, Neighbour& neighbour, NeighbourState& state);

}  // namespace roamkit
