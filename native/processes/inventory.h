// Which TCP connections and connected UDP sockets some processes hold: their descriptors, joined with the
// kernel's list of sockets.
#pragma once

#include <sys/types.h>

#include <span>
#include <vector>

#include "netlink/socket_dump.h"
#include "netlink/unique_fd.h"

namespace roamkit {

// What a process let us see.
struct InventoriedProcess {
  pid_t pid = 0;
  Failure listing;      // why its sockets are not known, if so
  Failure duplicating;  // why none of them can be duplicated, if so
};

struct HeldSocket {
  pid_t pid = 0;
  int fd = -1;
  ConnectedSocket socket;
};

struct Inventory {
  std::vector<InventoriedProcess> processes;  // as they were asked for
  std::vector<HeldSocket> sockets;
};

// Blocks for some milliseconds with thousands of sockets: not for JavaScript's thread. Where it fails,
// nothing is known of any process.
Failure TakeInventory(std::span<const pid_t> pids, Inventory& inventory);

}  // namespace roamkit
