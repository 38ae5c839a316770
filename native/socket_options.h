// What only a socket's own descriptor can be asked or told.
#pragma once

#include <cstdint>

#include "netlink/unique_fd.h"

namespace roamkit {

// The ifindex of the link that the socket is bound to (SO_BINDTODEVICE); 0: none, or not to be known.
uint32_t BoundIfindex(int fd);

// TCP_USER_TIMEOUT, tcp(7): how long what was sent may stay unacknowledged before the kernel closes the
// socket.
Failure SetUserTimeout(int fd, uint32_t timeout_ms);

}  // namespace roamkit
