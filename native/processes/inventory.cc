#include "processes/inventory.h"

#include <algorithm>

#include "processes/descriptors.h"

namespace roamkit {

namespace {

// Whether its descriptors can be duplicated shows on any socket; one of another kind is not touched, since
// closing the duplicate of a file would drop record locks that we may have on it (fcntl(2)).
Failure TryDuplicating(pid_t pid, const std::vector<SocketDescriptor>& descriptors) {
  UniqueFd process;
  if (const Failure failure = OpenProcess(pid, process)) return failure;
  for (const SocketDescriptor& descriptor : descriptors) {
    UniqueFd duplicate;
    const Failure failure = DuplicateDescriptor(process, descriptor.fd, duplicate);
    // It may have been closed meanwhile: that says nothing.
    if (failure.error != EBADF) return failure;
  }
  return {};
}

}  // namespace

Failure TakeInventory(std::span<const pid_t> pids, Inventory& inventory) {
  // First all sockets: one that is opened meanwhile is in the next inventory, whichever is first; one that is
  // closed meanwhile is not in this one.
  std::vector<ConnectedSocket> sockets;
  if (const Failure failure = DumpSockets(sockets)) return failure;
  for (const pid_t pid : pids) {
    InventoriedProcess& process = inventory.processes.emplace_back();
    process.pid = pid;
    std::vector<SocketDescriptor> descriptors;
    process.listing = ListSockets(pid, descriptors);
    if (process.listing) continue;
    process.duplicating = TryDuplicating(pid, descriptors);
    for (const ConnectedSocket& socket : sockets) {
      const auto found = std::lower_bound(
          descriptors.begin(), descriptors.end(), socket.inode,
          [](const SocketDescriptor& descriptor, uint32_t inode) { return descriptor.inode < inode; });
      if (found != descriptors.end() && found->inode == socket.inode)
        inventory.sockets.push_back({pid, found->fd, socket});
    }
  }
  return {};
}

}  // namespace roamkit
