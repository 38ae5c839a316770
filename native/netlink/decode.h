// From the bytes of a route-netlink message (rtnetlink(7)) to the mirror's structs.
#pragma once

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
Decoded DecodeNextHop(Bytes payload, NextHopObject& object);
Decoded DecodeRoute(Bytes payload, Route& route);
Decoded DecodeRule(Bytes payload, Rule& rule);

}  // namespace roamkit
