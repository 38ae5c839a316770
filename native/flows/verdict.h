// What a flow is, what can be said of it, and the one place where it is judged.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mirror/lookup.h"
#include "mirror/types.h"

namespace roamkit {

struct FlowSpec {
  bool is_udp = false;
  std::optional<IpAddress> local;
  uint16_t local_port = 0;
  IpAddress remote;
  uint16_t remote_port = 0;
  uint32_t oif = 0;  // the link the socket is bound to, or a link-local peer's scope; 0: none
  // When the socket began to connect (CLOCK_MONOTONIC), for one that has connected since: what went after
  // that had carried it. 0: not known, the situation as it is counts as working.
  double connecting_since_ms = 0;
};

enum class VerdictKind : uint8_t { kRoutable, kRerouted, kUnroutable };

// In the order in which they are judged (docs/adr/0002).
enum class Reason : uint8_t {
  kNone,
  kLinkDown,
  kSourceRemoved,
  kCarrierLost,
  kNoRoute,
  kUnreachable,
  kProhibited,
  kBlackholed,
  kGatewayRemoved,
  kGatewayUnreachable,
  kEgressChanged,
  kGatewayChanged,
};

struct Path {
  uint32_t oif = 0;
  IpAddress gateway;
  IpAddress source;
  uint32_t table = 0;
  bool is_gateway_reachable = true;
  bool operator==(const Path&) const = default;
  [[nodiscard]] bool HasSameIdentity(const Path& other) const {
    return oif == other.oif && gateway == other.gateway && source == other.source && table == other.table;
  }
};

struct Verdict {
  VerdictKind kind = VerdictKind::kRoutable;
  Reason reason = Reason::kNone;
  std::optional<Path> path;
  bool is_certain = true;
  bool operator==(const Verdict&) const = default;
  // Whether there is anything new in it for those who were told of the other.
  [[nodiscard]] bool SaysTheSame(const Verdict& other) const {
    return kind == other.kind && reason == other.reason && path == other.path;
  }
};

// The route and leg that a flow rode on when it was registered.
struct Ride {
  uint32_t table = 0;
  Prefix prefix;
  uint8_t tos = 0;
  uint32_t metric = 0;
  NextHop leg;
};

enum class LinkCondition : uint8_t { kUp, kCarrierLost, kDownOrDeleted };
enum class SourceCondition : uint8_t { kUnknown, kLocal, kAbsent };

// The facts that a verdict rests on. Whoever gathers them (the mirror, or questions to the kernel), the rules
// are the same.
struct Situation {
  SourceCondition source = SourceCondition::kUnknown;
  // The link that owns the local address, or that owned it; 0: none known.
  uint32_t owner = 0;
  LinkCondition owner_condition = LinkCondition::kUp;
  LookupResult route;
  // Those of the route's legs whose gateway the kernel has given up finding (docs/kernel.md 39).
  std::vector<NextHop> failed_legs;
  bool ride_failed = false;  // so has the gateway that it rode on
  // A route to the peer by the ridden leg is still in its table, be it with another metric or a shorter
  // prefix; or the ridden route was replaced in place (same key and link, another gateway).
  bool ride_stands = false;
  bool ride_replaced = false;
};

// What was so when the flow was registered. A flow that worked then proves that its situation works.
struct Baseline {
  std::optional<Ride> ride;
  uint32_t owner = 0;
  uint32_t exempt = 0;  // a bit per Reason whose condition held already

  [[nodiscard]] bool Exempts(Reason reason) const {
    return (exempt >> static_cast<unsigned>(reason) & 1U) != 0;
  }
};

Baseline MakeBaseline(const Situation& situation);
Verdict Judge(const Baseline& baseline, const Situation& situation);

}  // namespace roamkit
