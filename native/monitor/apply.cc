// What each of the kernel's messages does to the mirror.
#include <linux/rtnetlink.h>

#include <utility>

#include "monitor/clock.h"
#include "monitor/monitor.h"

namespace roamkit {

namespace {

InsertMode ModeOf(const Message& message, Family family) {
  if ((message.flags & NLM_F_REPLACE) != 0) return InsertMode::kReplace;
  // docs/kernel.md 19: IPv4 tells append (CREATE|APPEND) from prepend (CREATE); dumps come in order. IPv6 has
  // no prepend.
  const bool is_prepend =
      family == Family::kV4 && (message.flags & (NLM_F_CREATE | NLM_F_APPEND)) == NLM_F_CREATE;
  return is_prepend ? InsertMode::kPrepend : InsertMode::kAppend;
}

}  // namespace

void Monitor::Apply(const Message& message) {
  ++stats_.messages;
  Decoded decoded = Decoded::kIgnored;
  switch (message.type) {
    case RTM_NEWLINK:
    case RTM_DELLINK: {
      Link link;
      decoded = DecodeLink(message.payload, link);
      if (decoded != Decoded::kOk) break;
      if (message.type == RTM_DELLINK || !link.IsUsable()) portals_.Forget(link.ifindex);
      if (message.type == RTM_NEWLINK)
        mirror_.PutLink(link);
      else
        mirror_.RemoveLink(link.ifindex);
      break;
    }
    case RTM_NEWADDR:
    case RTM_DELADDR: {
      Address address;
      decoded = DecodeAddress(message.payload, address);
      if (decoded != Decoded::kOk) break;
      if (message.type == RTM_NEWADDR)
        mirror_.PutAddress(address);
      else
        mirror_.RemoveAddress(address);
      break;
    }
    case RTM_NEWNEXTHOP:
    case RTM_DELNEXTHOP: {
      NextHopObject object;
      decoded = DecodeNextHop(message.payload, object);
      if (decoded != Decoded::kOk) break;
      ++route_events_;
      if (message.type == RTM_NEWNEXTHOP)
        mirror_.PutNextHop(object);
      else
        mirror_.RemoveNextHop(object.id);
      break;
    }
    case RTM_NEWNETCONF:
      decoded = ApplyNetconf(message);
      break;
    case RTM_NEWRULE:
    case RTM_DELRULE: {
      Rule rule;
      decoded = DecodeRule(message.payload, rule);
      if (decoded != Decoded::kOk) break;
      ++route_events_;
      if (message.type == RTM_NEWRULE)
        mirror_.PutRule(rule);
      else
        mirror_.RemoveRule(rule);
      break;
    }
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
      ApplyRoute(message);
      return;
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
      decoded = ApplyNeighbour(message);
      break;
    case RTM_NEWNDUSEROPT:
      decoded = ApplyPortalOption(message);
      break;
    default:
      break;
  }
  if (decoded == Decoded::kMalformed) ++stats_.malformed_messages;
}

Decoded Monitor::ApplyNetconf(const Message& message) {
  Netconf netconf;
  const Decoded decoded = DecodeNetconf(message.payload, netconf);
  if (decoded != Decoded::kOk) return decoded;
  if (netconf.ignores_linkdown)
    mirror_.SetLinkdownPolicy(netconf.family, netconf.ifindex, *netconf.ignores_linkdown);
  // Whether the host forwards, not a single link of it.
  const bool is_of_host = netconf.family == Family::kV6 && netconf.ifindex == 0;
  if (is_of_host && netconf.forwards) mirror_.SetForwardsIpv6(*netconf.forwards);
  return decoded;
}

void Monitor::ApplyRoute(const Message& message) {
  const Decoded decoded = DecodeRoute(message.payload, route_);
  if (decoded == Decoded::kMalformed) ++stats_.malformed_messages;
  if (decoded != Decoded::kOk) return;
  ++route_events_;
  if (message.type == RTM_NEWROUTE)
    mirror_.PutRoute(route_, ModeOf(message, route_.family()));
  else
    mirror_.RemoveRoute(route_);
}

Decoded Monitor::ApplyNeighbour(const Message& message) {
  Neighbour neighbour;
  NeighbourState state = NeighbourState::kFound;
  const Decoded decoded = DecodeNeighbour(message.payload, neighbour, state);
  if (decoded != Decoded::kOk) return decoded;
  // A neighbour that the kernel drops is told with the state it had.
  if (message.type == RTM_DELNEIGH) state = NeighbourState::kFound;
  if (mirror_.PutNeighbour(neighbour, state)) NoteNeighbour(neighbour);
  return decoded;
}

Decoded Monitor::ApplyPortalOption(const Message& message) {
  PortalOption option;
  const Decoded decoded = DecodePortalOption(message.payload, option);
  if (decoded != Decoded::kOk || mirror_.links().Find(option.ifindex) == nullptr) return decoded;
  if (portals_.Learn(option)) AddPortal(new_portals_, {std::move(option), NowMs()});
  return decoded;
}

void Monitor::NoteNeighbour(const Neighbour& neighbour) {
  const bool is_default = std::any_of(defaults_.begin(), defaults_.end(), [&](const Default& known) {
    return known.path && known.path->oif == neighbour.ifindex && known.path->gateway == neighbour.address;
  });
  mirror_.TouchRoutesVia(neighbour);
  if (is_default || flows_.RidesOn(neighbour)) mirror_.TouchGateway(neighbour);
}

}  // namespace roamkit
