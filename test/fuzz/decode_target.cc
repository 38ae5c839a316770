// Feeds one datagram of any bytes to all that reads netlink: splitter, decoders, mirror, verdicts. Named as
// libFuzzer names its target, so that either it or mutate.cc can drive it.
#include <linux/rtnetlink.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "flows/flow_table.h"
#include "mirror/mirror.h"
#include "netlink/decode.h"
#include "netlink/portal_option.h"
#include "netlink/socket.h"
#include "netlink/socket_diagnosis.h"

namespace {

using namespace roamkit;

// Lives through many datagrams, so that they meet what others left; made anew before it grows large.
struct World {
  Mirror mirror;
  FlowTable flows;
  size_t datagrams = 0;

  World() {
    for (const char* remote : {"10.9.0.1", "203.0.113.1", "2001:db8:9::1", "2600::1"}) {
      FlowSpec spec;
      spec.remote = *IpAddress::Parse(remote);
      flows.Add(spec, mirror);
    }
  }
};

void ApplyRoute(Mirror& mirror, const Message& message, const Route& route) {
  constexpr InsertMode kModes[] = {InsertMode::kAppend, InsertMode::kPrepend, InsertMode::kReplace,
                                   InsertMode::kDumped};
  if (message.type == RTM_DELROUTE)
    mirror.RemoveRoute(route);
  else
    mirror.PutRoute(route, kModes[message.flags >> 8 & 3]);
}

template <typename Value, typename Decode, typename Put, typename Remove>
void Apply(const Message& message, bool is_removal, Decode decode, Put put, Remove remove) {
  Value value;
  if (decode(message.payload, value) != Decoded::kOk) return;
  if (is_removal)
    remove(value);
  else
    put(value);
}

void Apply(Mirror& mirror, const Message& message) {
  switch (message.type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return Apply<Link>(
          message, message.type == RTM_DELLINK, DecodeLink, [&](const Link& link) { mirror.PutLink(link); },
          [&](const Link& link) { mirror.RemoveLink(link.ifindex); });
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return Apply<Address>(
          message, message.type == RTM_DELADDR, DecodeAddress,
          [&](const Address& address) { mirror.PutAddress(address); },
          [&](const Address& address) { mirror.RemoveAddress(address); });
    case RTM_NEWRULE:
    case RTM_DELRULE:
      return Apply<Rule>(
          message, message.type == RTM_DELRULE, DecodeRule, [&](const Rule& rule) { mirror.PutRule(rule); },
          [&](const Rule& rule) { mirror.RemoveRule(rule); });
    case RTM_NEWNEXTHOP:
    case RTM_DELNEXTHOP:
      return Apply<NextHopObject>(
          message, message.type == RTM_DELNEXTHOP, DecodeNextHop,
          [&](const NextHopObject& object) { mirror.PutNextHop(object); },
          [&](const NextHopObject& object) { mirror.RemoveNextHop(object.id); });
    case RTM_NEWROUTE:
    case RTM_DELROUTE: {
      Route route;
      if (DecodeRoute(message.payload, route) == Decoded::kOk) ApplyRoute(mirror, message, route);
      return;
    }
    default:
      return;
  }
}

// Whatever type a message claims, every decoder must survive its bytes.
void DecodeAsAnything(Bytes payload) {
  Link link;
  DecodeLink(payload, link);
  Address address;
  DecodeAddress(payload, address);
  Route route;
  DecodeRoute(payload, route);
  Rule rule;
  DecodeRule(payload, rule);
  NextHopObject object;
  DecodeNextHop(payload, object);
  Neighbour neighbour;
  NeighbourState state = NeighbourState::kFound;
  DecodeNeighbour(payload, neighbour, state);
  Netconf netconf;
  DecodeNetconf(payload, netconf);
  PortalOption option;
  DecodePortalOption(payload, option);
  TcpDiagnosis diagnosis;
  DecodeTcpDiagnosis(payload, diagnosis);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static std::optional<World> world;
  constexpr size_t kDatagramsPerWorld = 2000;
  if (!world || ++world->datagrams > kDatagramsPerWorld) world.emplace();
  std::vector<Message> messages;
  SplitDatagram({data, size}, messages);
  for (const Message& message : messages) {
    DecodeAsAnything(message.payload);
    Apply(world->mirror, message);
  }
  const MirrorChanges changes = world->mirror.TakeChanges();
  world->flows.Recheck(changes.touched, world->mirror, 0, [] { return true; });
  return 0;
}
