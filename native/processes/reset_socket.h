// Ends a TCP connection that another process of the same user holds.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "netlink/unique_fd.h"

namespace roamkit {

struct HeldSocketId {
  pid_t pid = 0;
  int fd = -1;  // where it was last seen; it may have moved since
  uint32_t inode = 0;
  uint64_t cookie = 0;
};

enum class ResetOutcome : uint8_t {
  kReset,
  kGone,  // the process has it no more, or it has ended by itself
};

// Its process finds it reset (ECONNRESET). Whatever happens meanwhile, no other socket is touched: the cookie
// is compared on the duplicate, which cannot come to mean another socket. The duplicate is closed again.
Failure ResetSocket(const HeldSocketId& id, ResetOutcome& outcome);

}  // namespace roamkit
