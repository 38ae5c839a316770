// What the monitor's thread hands to JavaScript: all that one wake found, never half of it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "flows/flow_table.h"
#include "mirror/mirror.h"
#include "netlink/portal_option.h"

namespace roamkit {

// How a packet to the internet leaves, by family: [0] IPv4, [1] IPv6.
using DefaultPaths = std::array<std::optional<Path>, 2>;

struct Portal {
  PortalOption option;
  double received_at_ms = 0;  // CLOCK_MONOTONIC
};

// Of too many the latest are kept: whoever is on the link can send as many as they like.
void AddPortal(std::vector<Portal>& portals, Portal portal);

struct Batch {
  double received_at_ms = 0;  // CLOCK_MONOTONIC, when the first message of the batch was read
  MirrorChanges mirror;
  std::optional<DefaultPaths> default_paths;  // where one of them changed
  std::array<bool, 2> lost_defaults{};        // the previous one is gone, rather than beaten
  std::deque<FlowVerdict> verdicts;           // by rising flow
  std::vector<Portal> portals;                // as AddPortal() keeps them
  bool is_resync = false;
  // The last Monitor::RequestResync() that is done with this batch; 0: none.
  uint64_t resync_done = 0;

  [[nodiscard]] bool IsEmpty() const {
    return mirror.links.empty() && mirror.addresses.empty() && mirror.rules.empty() &&
           mirror.routes.empty() && mirror.omitted_routes == 0 && !default_paths && verdicts.empty() &&
           portals.empty() && !is_resync && resync_done == 0;
  }

  // JavaScript was busy: a later batch joins one that still waits. What it will be told leads from what it
  // knows to what is so now, and each flow's last verdict is in it; what came and went in between is not. So
  // however long JavaScript is busy, what waits is bounded by what there is.
  void Merge(Batch&& later);

  // Whether it is more than JavaScript should be given in one turn of its event loop.
  [[nodiscard]] bool IsLarge() const;
  // Its first part, which this one is then without: verdicts before all else, routes after it. What is done
  // with the batch is done with its last part.
  Batch TakePart();
};

}  // namespace roamkit
