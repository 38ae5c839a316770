#include "netlink/decode.h"

#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netconf.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <limits>

namespace roamkit {

namespace {

// Newer than the headers that we build with (Linux 6.15): which bits of a single port count.
constexpr uint16_t kFraSourcePortMask = 28;
constexpr uint16_t kFraDestinationPortMask = 29;

constexpr uint16_t kAnyLength = std::numeric_limits<uint16_t>::max();

constexpr AttributePolicies kLinkPolicy({
    {IFLA_IFNAME, 1, 16},
    {IFLA_MASTER, 4, 4},
    {IFLA_OPERSTATE, 1, 1},
    {IFLA_LINKINFO, 0, kAnyLength},
});
constexpr AttributePolicies kLinkInfoPolicy({{IFLA_INFO_KIND, 1, 64}});
constexpr AttributePolicies kAddressPolicy({
    {IFA_ADDRESS, 4, 16},
    {IFA_LOCAL, 4, 16},
    {IFA_FLAGS, 4, 4},
});
constexpr AttributePolicies kRoutePolicy({
    {RTA_DST, 4, 16},
    {RTA_SRC, 4, 16},
    {RTA_OIF, 4, 4},
    {RTA_GATEWAY, 4, 16},
    {RTA_PRIORITY, 4, 4},
    {RTA_PREFSRC, 4, 16},
    {RTA_TABLE, 4, 4},
    {RTA_VIA, 6, 18},
    {RTA_MULTIPATH, 0, kAnyLength},
    {RTA_PREF, 1, 1},
    {RTA_NH_ID, 4, 4},
    {RTA_CACHEINFO, sizeof(rta_cacheinfo), kAnyLength},
});
constexpr AttributePolicies kNextHopPolicy({{RTA_GATEWAY, 4, 16}, {RTA_VIA, 6, 18}});
constexpr AttributePolicies kNetconfPolicy({
    {NETCONFA_IFINDEX, 4, 4},
    {NETCONFA_FORWARDING, 4, 4},
    {NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, 4, 4},
});
constexpr AttributePolicies kNextHopObjectPolicy({
    {NHA_ID, 4, 4},
    {NHA_GROUP, sizeof(nexthop_grp), kAnyLength},
    {NHA_BLACKHOLE, 0, 0},
    {NHA_OIF, 4, 4},
    {NHA_GATEWAY, 4, 16},
});
// All that says where a rule leads and what of a packet it looks at. What is not listed (a tunnel's id, newer
// kernels' DSCP and flow labels) is taken for a selector that the mirror cannot judge.
constexpr AttributePolicies kRulePolicy({
    {FRA_DST, 4, 16},
    {FRA_SRC, 4, 16},
    {FRA_IIFNAME, 1, 16},
    {FRA_GOTO, 4, 4},
    {FRA_PRIORITY, 4, 4},
    {FRA_FWMARK, 4, 4},
    {FRA_FLOW, 4, 4},
    {FRA_SUPPRESS_IFGROUP, 4, 4},
    {FRA_SUPPRESS_PREFIXLEN, 4, 4},
    {FRA_TABLE, 4, 4},
    {FRA_FWMASK, 4, 4},
    {FRA_OIFNAME, 1, 16},
    {FRA_L3MDEV, 1, 1},
    {FRA_UID_RANGE, 8, 8},
    {FRA_PROTOCOL, 1, 1},
    {FRA_IP_PROTO, 1, 1},
    {FRA_SPORT_RANGE, 4, 4},
    {FRA_DPORT_RANGE, 4, 4},
    {kFraSourcePortMask, 2, 2},
    {kFraDestinationPortMask, 2, 2},
});
constexpr AttributePolicies kNeighbourPolicy({{NDA_DST, 4, 16}});

Family FamilyOf(uint8_t family) {
  return family == AF_INET ? Family::kV4 : family == AF_INET6 ? Family::kV6 : Family::kNone;
}

bool IsOfFamily(const IpAddress& address, Family family) {
  return address.family == family;
}

// An address attribute: nullopt when its length is no address's; not set when it is absent.
std::optional<IpAddress> ReadAddress(const Attributes& attributes, uint16_t type) {
  if (!attributes.Has(type)) return IpAddress{};
  return IpAddress::FromBytes(attributes.Raw(type));
}

// A gateway of the route's family (RTA_GATEWAY), or of the other (RTA_VIA: a family number, then the
// address).
std::optional<IpAddress> ReadGateway(const Attributes& attributes) {
  if (!attributes.Has(RTA_VIA)) return ReadAddress(attributes, RTA_GATEWAY);
  return IpAddress::FromBytes(attributes.Raw(RTA_VIA).subspan(2));
}

bool ReadPrefix(const Attributes& attributes, uint16_t type, Family family, uint8_t length, Prefix& prefix) {
  const std::optional<IpAddress> address = ReadAddress(attributes, type);
  if (!address || length > AddressLength(family)) return false;
  prefix = address->IsSet() ? Prefix{*address, length} : Prefix::All(family);
  return IsOfFamily(prefix.address, family);
}

struct DecodedLeg {
  NextHop leg;
  bool is_dead;
};

bool DecodeLegs(Bytes data, std::vector<DecodedLeg>& legs) {
  while (data.size() >= sizeof(rtnexthop)) {
    const rtnexthop header = *ReadHeader<rtnexthop>(data);
    if (header.rtnh_len < sizeof(rtnexthop) || header.rtnh_len > data.size()) return false;
    const Bytes nested = AfterHeader<rtnexthop>(data.first(header.rtnh_len));
    const std::optional<Attributes> attributes = Attributes::Parse(nested, kNextHopPolicy);
    if (!attributes) return false;
    const std::optional<IpAddress> gateway = ReadGateway(*attributes);
    if (!gateway) return false;
    const NextHop leg{static_cast<uint32_t>(header.rtnh_ifindex), *gateway,
                      static_cast<uint16_t>(header.rtnh_hops + 1), (header.rtnh_flags & RTNH_F_ONLINK) != 0};
    legs.push_back({leg, (header.rtnh_flags & RTNH_F_DEAD) != 0});
    data = data.subspan(std::min<size_t>(RTNH_ALIGN(header.rtnh_len), data.size()));
  }
  return true;
}

// The kernel counts in hundredths of a second (USER_HZ), below zero once the route has run out; 0: never.
void ReadExpiry(const Attributes& attributes, Route& route) {
  const std::optional<rta_cacheinfo> info = attributes.Read<rta_cacheinfo>(RTA_CACHEINFO);
  const int64_t expires = info ? info->rta_expires : 0;
  route.is_expired = expires < 0;
  constexpr int64_t kLongest = std::numeric_limits<uint32_t>::max();
  route.expires_in_ms = static_cast<uint32_t>(std::clamp<int64_t>(expires * 10, 0, kLongest));
}

bool ComesBefore(const DecodedLeg& left, const DecodedLeg& right) {
  const NextHop& a = left.leg;
  const NextHop& b = right.leg;
  return a.oif != b.oif ? a.oif < b.oif : a.gateway < b.gateway;
}

std::vector<NextHopObject::Member> ReadMembers(Bytes data) {
  std::vector<NextHopObject::Member> members;
  for (; data.size() >= sizeof(nexthop_grp); data = data.subspan(sizeof(nexthop_grp))) {
    const nexthop_grp entry = *ReadHeader<nexthop_grp>(data);
    // As with a leg's rtnh_hops, 0 stands for 1.
    members.push_back({entry.id, static_cast<uint16_t>(entry.weight + 1)});
  }
  return members;
}

PortRange ToPortRange(const fib_rule_port_range& range) {
  return {range.start, range.end};
}

}  // namespace

Decoded DecodeLink(Bytes payload, Link& link) {
  const std::optional<ifinfomsg> header = ReadHeader<ifinfomsg>(payload);
  if (!header) return Decoded::kMalformed;
  // A bridge speaks of its ports with AF_BRIDGE, "deleted" included, while the link lives (docs/kernel.md
  // 14).
  if (header->ifi_family != AF_UNSPEC) return Decoded::kIgnored;
  const std::optional<Attributes> attributes =
      Attributes::Parse(AfterHeader<ifinfomsg>(payload), kLinkPolicy);
  if (!attributes) return Decoded::kMalformed;
  const std::optional<Attributes> info = Attributes::Parse(attributes->Raw(IFLA_LINKINFO), kLinkInfoPolicy);
  if (!info) return Decoded::kMalformed;
  link.ifindex = static_cast<uint32_t>(header->ifi_index);
  link.name = attributes->Text(IFLA_IFNAME);
  link.kind = info->Text(IFLA_INFO_KIND);
  link.is_loopback = (header->ifi_flags & IFF_LOOPBACK) != 0;
  link.is_up = (header->ifi_flags & IFF_UP) != 0;
  // The state that the kernel acts on (RFC 2863), not the wire's: between the two are up to a second
  // (linkwatch_run_queue), in which messages may come for other reasons. Links that keep no such state have
  // flags.
  const uint8_t operstate = attributes->Read<uint8_t>(IFLA_OPERSTATE).value_or(IF_OPER_UNKNOWN);
  link.has_carrier = operstate == IF_OPER_UNKNOWN ? (header->ifi_flags & IFF_LOWER_UP) != 0
                                                  : operstate > IF_OPER_LOWERLAYERDOWN;
  link.master = attributes->Read<uint32_t>(IFLA_MASTER).value_or(0);
  return Decoded::kOk;
}

Decoded DecodeAddress(Bytes payload, Address& address) {
  const std::optional<ifaddrmsg> header = ReadHeader<ifaddrmsg>(payload);
  if (!header) return Decoded::kMalformed;
  const Family family = FamilyOf(header->ifa_family);
  if (family == Family::kNone) return Decoded::kIgnored;
  const std::optional<Attributes> attributes =
      Attributes::Parse(AfterHeader<ifaddrmsg>(payload), kAddressPolicy);
  if (!attributes || header->ifa_prefixlen > AddressLength(family)) return Decoded::kMalformed;
  // On a point-to-point link IFA_ADDRESS is the peer's, IFA_LOCAL ours; elsewhere IPv6 has no IFA_LOCAL
  // (rtnetlink(7)).
  const uint16_t own = attributes->Has(IFA_LOCAL) ? IFA_LOCAL : IFA_ADDRESS;
  const std::optional<IpAddress> value = ReadAddress(*attributes, own);
  if (!value || !IsOfFamily(*value, family)) return Decoded::kMalformed;
  const uint32_t flags = attributes->Read<uint32_t>(IFA_FLAGS).value_or(header->ifa_flags);
  address.address = *value;
  address.ifindex = header->ifa_index;
  address.prefix_length = header->ifa_prefixlen;
  const std::optional<IpAddress> other = ReadAddress(*attributes, IFA_ADDRESS);
  if (!other) return Decoded::kMalformed;
  address.peer = *other == *value ? IpAddress{} : *other;
  address.scope = static_cast<Scope>(header->ifa_scope);
  // An optimistic address is usable while its duplicates are still looked for (RFC 4429).
  address.is_tentative = (flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0;
  address.is_dad_failed = (flags & IFA_F_DADFAILED) != 0;
  address.is_deprecated = (flags & IFA_F_DEPRECATED) != 0;
  address.is_secondary = (flags & IFA_F_SECONDARY) != 0;
  return Decoded::kOk;
}

Decoded DecodeNetconf(Bytes payload, Netconf& netconf) {
  const std::optional<netconfmsg> header = ReadHeader<netconfmsg>(payload);
  if (!header) return Decoded::kMalformed;
  const std::optional<Attributes> attributes =
      Attributes::Parse(AfterHeader<netconfmsg>(payload), kNetconfPolicy);
  if (!attributes) return Decoded::kMalformed;
  const std::optional<int32_t> link = attributes->Read<int32_t>(NETCONFA_IFINDEX);
  netconf.family = FamilyOf(header->ncm_family);
  // The default of links to come is told again for each of them.
  const bool is_of_some_link = link && (*link == NETCONFA_IFINDEX_ALL || *link > 0);
  if (!is_of_some_link || netconf.family == Family::kNone) return Decoded::kIgnored;
  const auto read_switch = [&](uint16_t type) -> std::optional<bool> {
    const std::optional<int32_t> value = attributes->Read<int32_t>(type);
    return value ? std::optional(*value != 0) : std::nullopt;
  };
  netconf.ifindex = *link == NETCONFA_IFINDEX_ALL ? 0 : static_cast<uint32_t>(*link);
  netconf.ignores_linkdown = read_switch(NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN);
  netconf.forwards = read_switch(NETCONFA_FORWARDING);
  return Decoded::kOk;
}

Decoded DecodeNextHop(Bytes payload, NextHopObject& object) {
  const std::optional<nhmsg> header = ReadHeader<nhmsg>(payload);
  if (!header) return Decoded::kMalformed;
  const std::optional<Attributes> attributes =
      Attributes::Parse(AfterHeader<nhmsg>(payload), kNextHopObjectPolicy);
  if (!attributes || !attributes->Has(NHA_ID)) return Decoded::kMalformed;
  const std::optional<IpAddress> gateway = ReadAddress(*attributes, NHA_GATEWAY);
  if (!gateway) return Decoded::kMalformed;
  object.id = *attributes->Read<uint32_t>(NHA_ID);
  object.members = ReadMembers(attributes->Raw(NHA_GROUP));
  object.is_blackhole = attributes->Has(NHA_BLACKHOLE);
  object.leg = {attributes->Read<uint32_t>(NHA_OIF).value_or(0), *gateway, 1,
                (header->nh_flags & RTNH_F_ONLINK) != 0};
  return Decoded::kOk;
}

Decoded DecodeRoute(Bytes payload, Route& route) {
  const std::optional<rtmsg> header = ReadHeader<rtmsg>(payload);
  if (!header) return Decoded::kMalformed;
  const Family family = FamilyOf(header->rtm_family);
  // Cloned routes are the kernel's cache of path MTUs and redirects.
  if (family == Family::kNone || (header->rtm_flags & RTM_F_CLONED) != 0) return Decoded::kIgnored;
  const std::optional<Attributes> attributes = Attributes::Parse(AfterHeader<rtmsg>(payload), kRoutePolicy);
  if (!attributes) return Decoded::kMalformed;
  const std::optional<IpAddress> preferred_source = ReadAddress(*attributes, RTA_PREFSRC);
  const std::optional<IpAddress> gateway = ReadGateway(*attributes);
  if (!preferred_source || !gateway) return Decoded::kMalformed;
  if (!ReadPrefix(*attributes, RTA_DST, family, header->rtm_dst_len, route.destination) ||
      !ReadPrefix(*attributes, RTA_SRC, family, header->rtm_src_len, route.source)) {
    return Decoded::kMalformed;
  }
  route.table = attributes->Read<uint32_t>(RTA_TABLE).value_or(header->rtm_table);
  route.tos = header->rtm_tos;
  route.metric = attributes->Read<uint32_t>(RTA_PRIORITY).value_or(0);
  route.type = static_cast<RouteType>(header->rtm_type);
  route.protocol = header->rtm_protocol;
  route.scope = static_cast<Scope>(header->rtm_scope);
  route.preference = attributes->Read<uint8_t>(RTA_PREF).value_or(0);
  route.nexthop_id = attributes->Read<uint32_t>(RTA_NH_ID).value_or(0);
  route.preferred_source = *preferred_source;
  if (family == Family::kV6) ReadExpiry(*attributes, route);
  route.nexthops.clear();
  route.dead_legs = 0;
  if (attributes->Has(RTA_MULTIPATH)) {
    std::vector<DecodedLeg> legs;
    if (!DecodeLegs(attributes->Raw(RTA_MULTIPATH), legs)) return Decoded::kMalformed;
    // IPv6 lists the same legs in one order in events and in another in dumps (docs/kernel.md 20).
    if (family == Family::kV6) std::sort(legs.begin(), legs.end(), ComesBefore);
    for (const DecodedLeg& decoded : legs) {
      const size_t index = route.nexthops.size();
      if (decoded.is_dead && index < 32) route.dead_legs |= 1U << index;
      route.nexthops.push_back(decoded.leg);
    }
    return Decoded::kOk;
  }
  const uint32_t oif = attributes->Read<uint32_t>(RTA_OIF).value_or(0);
  if (oif != 0) route.nexthops.push_back({oif, *gateway, 1, (header->rtm_flags & RTNH_F_ONLINK) != 0});
  return Decoded::kOk;
}

Decoded DecodeRule(Bytes payload, Rule& rule) {
  const std::optional<fib_rule_hdr> header = ReadHeader<fib_rule_hdr>(payload);
  if (!header) return Decoded::kMalformed;
  const Family family = FamilyOf(header->family);
  if (family == Family::kNone) return Decoded::kIgnored;
  const std::optional<Attributes> attributes =
      Attributes::Parse(AfterHeader<fib_rule_hdr>(payload), kRulePolicy);
  if (!attributes) return Decoded::kMalformed;
  if (!ReadPrefix(*attributes, FRA_SRC, family, header->src_len, rule.from) ||
      !ReadPrefix(*attributes, FRA_DST, family, header->dst_len, rule.to)) {
    return Decoded::kMalformed;
  }
  rule.family = family;
  rule.priority = attributes->Read<uint32_t>(FRA_PRIORITY).value_or(0);
  rule.action = static_cast<RuleAction>(header->action);
  rule.table = attributes->Read<uint32_t>(FRA_TABLE).value_or(header->table);
  rule.goto_priority = attributes->Read<uint32_t>(FRA_GOTO).value_or(0);
  rule.iif = attributes->Text(FRA_IIFNAME);
  rule.oif = attributes->Text(FRA_OIFNAME);
  rule.tos = header->tos;
  const uint32_t mark = attributes->Read<uint32_t>(FRA_FWMARK).value_or(0);
  const uint32_t mask = attributes->Read<uint32_t>(FRA_FWMASK).value_or(0);
  if (mask != 0) rule.fwmark = {mark, mask};
  if (const auto uids = attributes->Read<fib_rule_uid_range>(FRA_UID_RANGE))
    rule.uids = {uids->start, uids->end};
  rule.ip_protocol = attributes->Read<uint8_t>(FRA_IP_PROTO);
  if (const auto ports = attributes->Read<fib_rule_port_range>(FRA_SPORT_RANGE))
    rule.source_ports = ToPortRange(*ports);
  if (const auto ports = attributes->Read<fib_rule_port_range>(FRA_DPORT_RANGE)) {
    rule.destination_ports = ToPortRange(*ports);
  }
  // The kernel reports "none" as -1.
  const uint32_t suppress = attributes->Read<uint32_t>(FRA_SUPPRESS_PREFIXLEN).value_or(~uint32_t{0});
  if (suppress != ~uint32_t{0}) rule.suppress_prefix_length = suppress;
  const uint32_t ifgroup = attributes->Read<uint32_t>(FRA_SUPPRESS_IFGROUP).value_or(~uint32_t{0});
  if (ifgroup != ~uint32_t{0}) rule.suppress_ifgroup = ifgroup;
  constexpr uint16_t kAllBits = 0xFFFF;
  rule.has_unknown_selector =
      attributes->HasUnlisted() || (header->flags & FIB_RULE_FIND_SADDR) != 0 ||
      attributes->Read<uint16_t>(kFraSourcePortMask).value_or(kAllBits) != kAllBits ||
      attributes->Read<uint16_t>(kFraDestinationPortMask).value_or(kAllBits) != kAllBits;
  rule.is_l3mdev = attributes->Read<uint8_t>(FRA_L3MDEV).value_or(0) != 0;
  rule.is_inverted = (header->flags & FIB_RULE_INVERT) != 0;
  return Decoded::kOk;
}

Decoded DecodeNeighbour(Bytes payload, Neighbour& neighbour, NeighbourState& state) {
  const std::optional<ndmsg> header = ReadHeader<ndmsg>(payload);
  if (!header) return Decoded::kMalformed;
  const Family family = FamilyOf(header->ndm_family);
  // A bridge's forwarding table is told as neighbours of AF_BRIDGE; a proxied address is answered for, not
  // sought.
  if (family == Family::kNone || (header->ndm_flags & NTF_PROXY) != 0) return Decoded::kIgnored;
  const std::optional<Attributes> attributes =
      Attributes::Parse(AfterHeader<ndmsg>(payload), kNeighbourPolicy);
  if (!attributes) return Decoded::kMalformed;
  const std::optional<IpAddress> address = ReadAddress(*attributes, NDA_DST);
  if (!address || !IsOfFamily(*address, family)) return Decoded::kMalformed;
  neighbour = {static_cast<uint32_t>(header->ndm_ifindex), *address};
  state = (header->ndm_state & NUD_FAILED) != 0       ? NeighbourState::kFailed
          : (header->ndm_state & NUD_INCOMPLETE) != 0 ? NeighbourState::kSought
                                                      : NeighbourState::kFound;
  return Decoded::kOk;
}

}  // namespace roamkit
