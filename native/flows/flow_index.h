// Which flows a change can touch: found by their peer, their own address and the links that they rest on, so
// that the work follows what changed and not how many flows there are (docs/adr/0005).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "flows/verdict.h"
#include "mirror/mirror.h"

namespace roamkit {

// The links that a flow's verdict rests on; 0: none.
using LinkSet = std::array<uint32_t, 4>;

class FlowIndex {
 public:
  // Whether a flow is there and, where the ifindex is not 0, rests on that link.
  using RestsOn = std::function<bool(uint32_t flow, uint32_t ifindex)>;

  void Add(uint32_t flow, const FlowSpec& spec);
  void Remove(uint32_t flow, const FlowSpec& spec);
  // From the links that it rested on to those that it rests on now.
  void Move(uint32_t flow, LinkSet before, LinkSet after);
  // To be called now and then: lets go of what Remove() and Move() left.
  void ForgetAbsent(const RestsOn& rests_on);

  // The flows that the change can touch, in the order in which they were added; some may have been removed.
  [[nodiscard]] std::vector<uint32_t> Candidates(const Touched& touched, const Addresses& addresses,
                                                 const RestsOn& rests_on) const;

 private:
  // Remote address, flow: all flows to a prefix are one range.
  using PeerKey = std::pair<IpAddress, uint32_t>;

  // Flows that have something in common, in the order in which they came to have it. Those that have it no
  // more stay until they are the half of the list, for with a default route flows move by the thousand.
  struct FlowList {
    std::vector<uint32_t> flows;
    size_t present = 0;

    void Add(uint32_t flow) {
      flows.push_back(flow);
      ++present;
    }
    template <typename IsPresent>
    void ForgetAbsent(IsPresent is_present);
  };

  [[nodiscard]] FlowList& OfFamily(Family family) { return family == Family::kV4 ? v4_ : v6_; }
  [[nodiscard]] const FlowList& OfFamily(Family family) const { return family == Family::kV4 ? v4_ : v6_; }
  void CollectPeersIn(const Prefix& prefix, std::vector<uint32_t>& into) const;
  void CollectLocalsIn(const Prefix& prefix, std::vector<uint32_t>& into) const;
  void CollectLocals(const IpAddress& address, std::vector<uint32_t>& into) const;
  void CollectOn(uint32_t ifindex, const RestsOn& rests_on, std::vector<uint32_t>& into) const;

  FlowList v4_;
  FlowList v6_;
  std::set<PeerKey> by_peer_;
  std::map<IpAddress, std::set<uint32_t>> by_local_;
  std::unordered_map<uint32_t, FlowList> by_link_;
};

}  // namespace roamkit
