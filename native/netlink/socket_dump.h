// All TCP connections of the calling thread's network namespace (sock_diag(7)). Needs no privilege.
#pragma once

#include <cstdint>
#include <vector>

#include "mirror/ip.h"
#include "netlink/socket.h"
#include "netlink/socket_diagnosis.h"

namespace roamkit {

struct TcpSocket {
  uint32_t inode = 0;   // 0: no process has it any more
  uint64_t cookie = 0;  // the kernel's own name for the socket, never used again (SO_COOKIE, socket(7))
  TcpState state = TcpState::kClose;
  uint32_t bound_ifindex = 0;
  IpAddress local;
  IpAddress remote;
  uint16_t local_port = 0;
  uint16_t remote_port = 0;
};

// From one answer of a dump. What is no connection (a listener, one in TIME_WAIT) is ignored.
Decoded DecodeTcpSocket(Bytes payload, TcpSocket& socket);

// Adds all that some process has open. Blocks for the time of a dump.
Failure DumpTcpSockets(std::vector<TcpSocket>& sockets);

}  // namespace roamkit
