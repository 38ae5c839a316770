// What went lately. A socket connects in the kernel some time before JavaScript hears of it; if its path goes
// in between, only this tells a connection that has just died from one whose odd situation has always worked.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mirror/types.h"

namespace roamkit {

struct Loss {
  double at_ms = 0;            // CLOCK_MONOTONIC
  uint32_t link = 0;           // went down, lost its carrier or was deleted; with an address: its link
  IpAddress address;           // was removed
  std::optional<Route> route;  // was removed
};

class Losses {
 public:
  void SetTime(double now_ms) { now_ms_ = now_ms; }
  void AddLink(uint32_t ifindex) { Next(ifindex, {}).route.reset(); }
  void AddAddress(const Address& address) { Next(address.ifindex, address.address).route.reset(); }
  void AddRoute(const Route& route) { Next(0, {}).route = route; }

  // Calls visit(loss) for each loss since then, the latest first.
  template <typename Visit>
  void VisitSince(double since_ms, Visit visit) const {
    for (size_t back = 1; back <= losses_.size(); ++back) {
      const Loss& loss = losses_[(next_ + kMost - back) % kMost];
      if (loss.at_ms < since_ms) return;
      visit(loss);
    }
  }

 private:
  // A link that goes takes a dozen entries; a storm may push out what matters, and then the first row that
  // still holds decides as for any other flow.
  static constexpr size_t kMost = 256;

  // The oldest entry's place, once there are enough: its route keeps its room for the next.
  Loss& Next(uint32_t link, const IpAddress& address) {
    if (losses_.size() < kMost) losses_.emplace_back();
    Loss& loss = losses_[next_];
    next_ = (next_ + 1) % kMost;
    loss.at_ms = now_ms_;
    loss.link = link;
    loss.address = address;
    return loss;
  }

  std::vector<Loss> losses_;  // a ring, once it is full
  size_t next_ = 0;
  double now_ms_ = 0;
};

}  // namespace roamkit
