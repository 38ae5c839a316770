// The question "how would a packet leave?" and its answer.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "mirror/types.h"

namespace roamkit {

struct LookupQuery {
  IpAddress destination;
  IpAddress source;  // not set: the kernel chooses
  uint32_t oif = 0;  // the link a socket is bound to; 0: none
  // Not told: a rule that asks makes the answer uncertain.
  std::optional<uint8_t> tos;
  std::optional<uint32_t> mark;
  std::optional<uint32_t> uid;
  std::optional<uint8_t> protocol;
  std::optional<uint16_t> source_port;
  std::optional<uint16_t> destination_port;
};

enum class LookupFailure : uint8_t {
  kNone,
  kNoRoute,
  kUnreachable,
  kProhibited,
  kBlackholed,
  kSourceRemoved
};

struct LookupResult {
  LookupFailure failure = LookupFailure::kNoRoute;
  bool has_route = false;  // a route matched, be it an unreachable one; the next six are its
  RouteType type = RouteType::kUnspecified;
  uint32_t table = 0;
  Prefix prefix;
  uint8_t tos = 0;
  uint32_t metric = 0;
  Scope scope = Scope::kGlobal;
  // The usable legs; for a destination of this host, the loopback link. Multipath: the kernel hashes over
  // them.
  std::vector<NextHop> legs;
  IpAddress source;               // what the kernel would take, or the query's
  bool is_source_chosen = false;  // by the rules of source selection, for neither query nor route names one
  // Whether the kernel must answer the same: rules asked nothing that was not told, and there was no choice
  // that it makes by what the mirror does not hold (a hash, the state of neighbours).
  bool is_certain = true;
  // IPv6: there is a route that would come first, but the kernel has given up finding its gateway.
  bool avoids_failed = false;

  [[nodiscard]] bool IsRoutable() const { return failure == LookupFailure::kNone; }
  // As it was made, but for the room in its vector.
  void Clear() {
    std::vector<NextHop> room = std::move(legs);
    room.clear();
    *this = {};
    legs = std::move(room);
  }
};

}  // namespace roamkit
