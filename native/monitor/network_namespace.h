#pragma once

#include <string>

#include "netlink/unique_fd.h"

namespace roamkit {

// Moves the calling thread into a network namespace: a name under /run/netns, as `ip netns` makes them, or a
// path.
Failure EnterNetworkNamespace(const std::string& name_or_path);

}  // namespace roamkit
