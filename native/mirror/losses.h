// What went lately. A socket connects in the kernel some time before JavaScript hears of it; if its path goes
// in between, only this tells a connection that has just died from one whose odd situation has always worked.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

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
  void AddLink(uint32_t ifindex) { Add({now_ms_, ifindex, {}, std::nullopt}); }
  void AddAddress(const Address& address) { Add({now_ms_, address.ifindex, address.address, std::nullopt}); }
  void AddRoute(const Route& route) { Add({now_ms_, 0, {}, route}); }

  // Calls visit(loss) for each loss since then, the latest first.
  template <typename Visit>
  void VisitSince(double since_ms, Visit visit) const {
    for (auto loss = losses_.rbegin(); loss != losses_.rend() && loss->at_ms >= since_ms; ++loss)
      visit(*loss);
  }

 private:
  // A link that goes takes a dozen entries; a storm may push out what matters, and then the first row that
  // still holds decides as for any other flow.
  static constexpr size_t kMost = 256;

  void Add(Loss loss) {
    if (losses_.size() == kMost) losses_.pop_front();
    losses_.push_back(std::move(loss));
  }

  std::deque<Loss> losses_;
  double now_ms_ = 0;
};

}  // namespace roamkit
