// What the mirror holds: plain structs that know nothing of netlink, so that another platform can feed them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "mirror/ip.h"

namespace roamkit {

// Numbered as RT_SCOPE_*, RTN_* in <linux/rtnetlink.h>, for they are the kernel's words.
enum class Scope : uint8_t { kGlobal = 0, kSite = 200, kLink = 253, kHost = 254, kNowhere = 255 };
enum class RouteType : uint8_t {
  kUnspecified = 0,
  kUnicast = 1,
  kLocal = 2,
  kBroadcast = 3,
  kAnycast = 4,
  kMulticast = 5,
  kBlackhole = 6,
  kUnreachable = 7,
  kProhibit = 8,
  kThrow = 9,
};

constexpr uint32_t kTableDefault = 253;
constexpr uint32_t kTableMain = 254;
constexpr uint32_t kTableLocal = 255;

struct Link {
  uint32_t ifindex = 0;
  std::string name;
  std::string kind;  // "" for hardware
  bool is_loopback = false;
  bool is_up = false;
  bool has_carrier = false;
  uint32_t master = 0;  // 0: none

  bool operator==(const Link&) const = default;
  [[nodiscard]] bool IsUsable() const { return is_up && has_carrier; }
};

struct Address {
  IpAddress address;
  uint32_t ifindex = 0;
  uint8_t prefix_length = 0;
  Scope scope = Scope::kGlobal;
  IpAddress peer;  // the other end's on a point-to-point link; elsewhere not set
  bool is_tentative = false;
  bool is_dad_failed = false;
  bool is_deprecated = false;
  bool is_secondary = false;

  bool operator==(const Address&) const = default;
  // What stays the same while the rest of it changes.
  [[nodiscard]] auto Key() const { return std::tie(ifindex, address, prefix_length, peer); }
  [[nodiscard]] bool HasSameKey(const Address& other) const { return Key() == other.Key(); }
  [[nodiscard]] bool IsUsable() const { return !is_tentative && !is_dad_failed; }
};

// One leg of a route. Whether its link is up is the link's business: legs carry no state of their own.
struct NextHop {
  uint32_t oif = 0;   // 0: none
  IpAddress gateway;  // not set: on-link
  uint16_t weight = 1;
  bool is_onlink = false;

  bool operator==(const NextHop&) const = default;
  [[nodiscard]] bool IsSameWay(const NextHop& other) const {
    return oif == other.oif && gateway == other.gateway;
  }
};

// A next-hop object (`ip nexthop`): one leg, a group of other objects, or a black hole. Routes name it by its
// id.
struct NextHopObject {
  struct Member {
    uint32_t id = 0;
    uint16_t weight = 1;
    bool operator==(const Member&) const = default;
  };
  uint32_t id = 0;
  NextHop leg;                  // oif 0: none, as of a group or a black hole
  std::vector<Member> members;  // of a group
  bool is_blackhole = false;

  bool operator==(const NextHopObject&) const = default;
};

struct Route {
  uint32_t table = 0;
  Prefix destination;
  Prefix source;  // IPv6 source-specific routing; length 0: any
  uint8_t tos = 0;
  uint32_t metric = 0;
  RouteType type = RouteType::kUnicast;
  uint8_t protocol = 0;
  Scope scope = Scope::kGlobal;
  uint8_t preference = 0;   // IPv6: RFC 4191's two bits
  uint32_t nexthop_id = 0;  // the object that it names; 0: none, the legs are its own
  IpAddress preferred_source;
  std::vector<NextHop> nexthops;
  // A bit per leg (the first 32) that the kernel passes by although its link may be up: it was down, or
  // without an address, and has not come back as the kernel wants it.
  uint32_t dead_legs = 0;
  // Those of which a message does not tell that.
  uint32_t undecided_legs = 0;
  // IPv6: how long it lasts from when it was told; 0: for ever, or no more. Lookups pass an expired route by,
  // though it is dumped for a while (docs/kernel.md 12).
  uint32_t expires_in_ms = 0;
  bool is_expired = false;

  bool operator==(const Route&) const = default;
  [[nodiscard]] Family family() const { return destination.address.family; }
  [[nodiscard]] bool Uses(uint32_t oif) const {
    for (const NextHop& leg : nexthops) {
      if (leg.oif == oif) return true;
    }
    return false;
  }
  [[nodiscard]] bool IsDead(size_t leg) const { return leg < 32 && (dead_legs >> leg & 1U) != 0; }

  template <typename Predicate>
  void EraseLegs(Predicate is_gone) {
    std::vector<NextHop> kept;
    uint32_t dead = 0;
    for (size_t leg = 0; leg < nexthops.size(); ++leg) {
      if (is_gone(nexthops[leg])) continue;
      if (IsDead(leg) && kept.size() < 32) dead |= 1U << kept.size();
      kept.push_back(nexthops[leg]);
    }
    nexthops = std::move(kept);
    dead_legs = dead;
  }
};

// FR_ACT_* in <linux/fib_rules.h>.
enum class RuleAction : uint8_t {
  kTable = 1,
  kGoto = 2,
  kNop = 3,
  kBlackhole = 6,
  kUnreachable = 7,
  kProhibit = 8,
};

struct PortRange {
  uint16_t first = 0;
  uint16_t last = 0;
  bool operator==(const PortRange&) const = default;
};

struct UidRange {
  uint32_t first = 0;
  uint32_t last = 0;
  bool operator==(const UidRange&) const = default;
};

struct Rule {
  Family family = Family::kNone;
  uint32_t priority = 0;
  RuleAction action = RuleAction::kTable;
  uint32_t table = 0;
  uint32_t goto_priority = 0;
  Prefix from;  // length 0: any
  Prefix to;    // length 0: any
  std::string iif;
  std::string oif;
  uint8_t tos = 0;
  std::optional<std::pair<uint32_t, uint32_t>> fwmark;  // mark, mask
  std::optional<UidRange> uids;
  std::optional<uint8_t> ip_protocol;
  std::optional<PortRange> source_ports;
  std::optional<PortRange> destination_ports;
  std::optional<uint32_t> suppress_prefix_length;
  std::optional<uint32_t> suppress_ifgroup;
  bool is_l3mdev = false;
  // It asks something that this mirror does not know.
  bool has_unknown_selector = false;
  bool is_inverted = false;

  bool operator==(const Rule&) const = default;
  // Whether it applies to all packets; most do.
  [[nodiscard]] bool AsksNothing() const {
    return from.length == 0 && to.length == 0 && iif.empty() && oif.empty() && tos == 0 && !fwmark && !uids &&
           !ip_protocol && !source_ports && !destination_ports && !is_l3mdev && !has_unknown_selector &&
           !is_inverted;
  }
};

enum class ChangeKind : uint8_t { kAdd, kChange, kRemove };

template <typename T>
struct Change {
  ChangeKind kind;
  T value;
};

}  // namespace roamkit
