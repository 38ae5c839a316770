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
// What a link's settings, or all links', say of routing; not set: not told.
struct Netconf {
  Family family = Family::kNone;
  uint32_t ifindex = 0;  // 0: of all links
  std::optional<bool> ignores_linkdown;
  std::optional<bool> forwards;
};
Decoded DecodeNetconf(Bytes payload, Netconf& netconf);
Decoded DecodeNextHop(Bytes payload, NextHopObject& object);
// Sets all of the route, so that one can be used for many messages.
Decoded DecodeRoute(Bytes payload, Route& route);
Decoded DecodeRule(Bytes payload, Rule& rule);
Decoded DecodeNeighbour(Bytes payload, Neighbour& neighbour, NeighbourState& state);

}  // namespace roamkit
