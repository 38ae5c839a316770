// The flows under watch, and which of them a change can touch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "flows/verdict.h"
#include "mirror/mirror.h"

namespace roamkit {

struct FlowVerdict {
  uint32_t flow;
  Verdict verdict;
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

  // Judges the flows that the change can touch; those whose verdict differs are returned.
  std::vector<FlowVerdict> Recheck(const Touched& touched, const Mirror& mirror);

  // Whether a flow's verdict rests on that gateway.
  [[nodiscard]] bool RidesOn(const Neighbour& gateway) const { return gateways_.contains(gateway); }

  [[nodiscard]] size_t size() const { return flows_.size(); }
  [[nodiscard]] uint64_t checks() const { return checks_; }

 private:
  using PeerKey =
      std::pair<IpAddress, uint32_t>;  // remote address, flow: all flows to a prefix are one range

  void CollectPeersIn(const Prefix& prefix, std::set<uint32_t>& into) const;
  void CollectLocalsIn(const Prefix& prefix, std::set<uint32_t>& into) const;
  void CollectLocals(const IpAddress& address, std::set<uint32_t>& into) const;
  void CollectRidersOf(const Neighbour& gateway, std::set<uint32_t>& into) const;
  [[nodiscard]] std::set<uint32_t> Candidates(const Touched& touched, const Mirror& mirror) const;
  void IndexLinks(uint32_t id, const Flow& flow);
  void UnindexLinks(uint32_t id, const Flow& flow);

  std::unordered_map<uint32_t, Flow> flows_;
  std::set<PeerKey> by_peer_;
  std::map<IpAddress, std::set<uint32_t>> by_local_;
  std::map<uint32_t, std::set<uint32_t>> by_link_;
  std::map<Neighbour, size_t> gateways_;  // and how often flows name them
  uint32_t next_id_ = 1;
  uint64_t checks_ = 0;
};

// What the mirror knows of a flow's situation. `baseline` is null when the flow is new.
Situation Observe(const Mirror& mirror, const FlowSpec& spec, const Baseline* baseline);

// Flows that never leave the host (127.0.0.0/8, ::1) are never judged.
bool IsExemptFromJudgement(const FlowSpec& spec);

}  // namespace roamkit
