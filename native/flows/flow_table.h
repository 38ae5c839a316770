// The flows under watch, and what is said of them.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "flows/flow_index.h"
#include "flows/verdict.h"
#include "mirror/mirror.h"

namespace roamkit {

struct FlowVerdict {
  uint32_t flow;
  Verdict verdict;
  Verdict previous;
  double since_ms;  // CLOCK_MONOTONIC: it has been so since then, or longer
};

class FlowTable {
 public:
  struct Flow {
    FlowSpec spec;
    Baseline baseline;
    Verdict verdict;
    uint32_t owner = 0;                     // the link that owns the local address now
    std::vector<Neighbour> other_gateways;  // of multipath legs by the link it leaves by
  };

  // Judges the flow for the first time: its situation now becomes its baseline.
  uint32_t Add(const FlowSpec& spec, const Mirror& mirror);
  void Remove(uint32_t id);
  [[nodiscard]] const Flow* Find(uint32_t id) const;

  // Judges the flows that the change can touch, now; those whose verdict differs are returned, by rising id.
  // Between the slices of many, `pause` is called: meanwhile flows may be added and removed, and when it
  // returns false, the rest is left.
  std::deque<FlowVerdict> Recheck(const Touched& touched, const Mirror& mirror, double now_ms,
                                  const std::function<bool()>& pause);

  // Whether a flow's verdict rests on that gateway.
  [[nodiscard]] bool RidesOn(const Neighbour& gateway) const {
    const auto found = gateways_.find(gateway);
    return found != gateways_.end() && found->second > 0;
  }

  [[nodiscard]] size_t size() const { return flows_.size(); }
  [[nodiscard]] uint64_t checks() const { return checks_; }

 private:
  static LinkSet LinksOf(const Flow& flow);
  [[nodiscard]] bool RestsOn(uint32_t id, uint32_t ifindex) const;
  // The flow's verdict, and what it rests on: the indexes follow.
  void SetVerdict(uint32_t id, Flow& flow, const Verdict& verdict, const Situation& situation);
  void CountGateway(const Neighbour& gateway, int by);
  void ForgetAbsent();

  std::unordered_map<uint32_t, Flow> flows_;
  FlowIndex index_;
  using GatewayCounts = std::map<Neighbour, int>;
  GatewayCounts gateways_;  // and how often flows name them; 0: until ForgetAbsent()
  // The two counted last, for flows move by the thousand from one gateway to another.
  std::array<GatewayCounts::value_type*, 2> counted_last_{};
  uint32_t next_id_ = 1;
  uint64_t checks_ = 0;
};

// What the mirror knows of a flow's situation. `baseline` is null when the flow is new.
Situation Observe(const Mirror& mirror, const FlowSpec& spec, const Baseline* baseline);
// What it knows of the source, the first part of that; and of the route, the rest of it.
void ObserveSource(const Mirror& mirror, const FlowSpec& spec, const Baseline* baseline,
                   Situation& situation);
void ObserveRoute(const Mirror& mirror, const FlowSpec& spec, const Baseline* baseline, Situation& situation);

// A bound socket stays on its link. An IPv6 lookup with a source takes the link as a preference only
// (docs/kernel.md 45): for such a flow the question goes without it.
bool IsBoundIpv6(const FlowSpec& spec);

// Flows that never leave the host (127.0.0.0/8, ::1) are never judged.
bool IsExemptFromJudgement(const FlowSpec& spec);

}  // namespace roamkit
