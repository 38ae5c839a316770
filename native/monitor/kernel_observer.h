// A flow's situation by the kernel's own answers: what stands against the mirror before a connection is
// closed.
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "flows/flow_table.h"
#include "netlink/request.h"

namespace roamkit {

// Flows that are confirmed together are in much the same situation: what they have in common is asked once.
// So the answers age, and an observer serves for one moment only.
class KernelObserver {
 public:
  explicit KernelObserver(Requester& requester) : requester_(requester) {}

  // `mirrored` is the mirror's view of the same flow: it says which link to ask about.
  Failure Observe(const FlowSpec& spec, const Baseline& baseline, const Situation& mirrored,
                  Situation& situation);

 private:
  Failure ObserveSource(const FlowSpec& spec, Situation& situation);
  Failure ObserveOwner(Situation& situation);
  Failure ObserveRoute(const FlowSpec& spec, const Situation& mirrored, Situation& situation);
  Failure ObserveGateways(const Baseline& baseline, const Situation& mirrored, Situation& situation);
  Failure ObserveRide(const FlowSpec& spec, const Baseline& baseline, const Situation& mirrored,
                      Situation& situation);

  // What anybody's packet to there would meet, by any link or by that one. Null on failure.
  const LookupResult* LookupRoute(const IpAddress& destination, uint32_t oif, Failure& failure);

  Requester& requester_;
  std::map<std::pair<IpAddress, uint32_t>, LookupResult> routes_;
  std::map<uint32_t, LinkCondition> links_;
};

}  // namespace roamkit
