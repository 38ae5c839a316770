// A flow's situation by the kernel's own answers: what stands against the mirror before a connection is
// closed.
#pragma once

#include "flows/flow_table.h"
#include "netlink/request.h"

namespace roamkit {

// `mirrored` is the mirror's view of the same flow: it says which link to ask about.
Failure ObserveKernel(Requester& requester, const FlowSpec& spec, const Baseline& baseline,
                      const Situation& mirrored, Situation& situation);

}  // namespace roamkit
