// The descriptors of other processes of the same user: which of them are sockets (proc(5)), and duplicates of
// single ones (pidfd_getfd(2)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "netlink/unique_fd.h"

namespace roamkit {

struct SocketDescriptor {
  uint32_t inode = 0;
  int fd = -1;
};

// Adds the process's sockets, of whatever kind, by rising inode; of those that it has twice, one.
Failure ListSockets(pid_t pid, std::vector<SocketDescriptor>& sockets);

// A handle on the process, which does not come to mean another one when the number is used again.
Failure OpenProcess(pid_t pid, UniqueFd& process);

// A duplicate of one of its descriptors, closed on exec. Asks for what ptrace(2) asks for
// (PTRACE_MODE_ATTACH_REALCREDS).
Failure DuplicateDescriptor(const UniqueFd& process, int fd, UniqueFd& duplicate);

}  // namespace roamkit
