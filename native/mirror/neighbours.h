// The neighbours that the kernel has given up: its probes found no link-layer address for them
// (docs/kernel.md 39). Others are not kept.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "mirror/ip.h"

namespace roamkit {

// Names a neighbour: an address on a link.
struct Neighbour {
  uint32_t ifindex = 0;
  IpAddress address;
  auto operator<=>(const Neighbour&) const = default;
};

enum class NeighbourState : uint8_t {
  kFound,   // its link-layer address is known, or nobody has looked for it
  kSought,  // probed for now: after a failure that is no success yet
  kFailed,  // the probes were in vain (NUD_FAILED)
};

using DumpedNeighbours = std::vector<std::pair<Neighbour, NeighbourState>>;

class Neighbours {
 public:
  // True where it changes whether the neighbour counts as failed.
  bool Put(const Neighbour& neighbour, NeighbourState state, double now_ms);
  // The whole table; those for which it changes whether they count as failed are returned.
  std::vector<Neighbour> Accept(const DumpedNeighbours& dumped, double now_ms);
  void EraseLink(uint32_t ifindex);

  [[nodiscard]] bool HasFailed(const Neighbour& neighbour) const { return failed_.contains(neighbour); }
  // Whether it has failed, and not before that time.
  [[nodiscard]] bool HasFailedSince(const Neighbour& neighbour, double since_ms) const;
  [[nodiscard]] size_t size() const { return failed_.size(); }

 private:
  struct Failure {
    double at_ms = 0;    // CLOCK_MONOTONIC, the first time
    uint64_t order = 0;  // of the last time
  };
  using Failed = std::map<Neighbour, Failure>;

  void Erase(Failed::iterator entry);

  Failed failed_;
  std::map<uint64_t, Neighbour> by_order_;
  uint64_t next_order_ = 0;
};

}  // namespace roamkit
