// All TCP connections and connected UDP sockets of the calling thread's network namespace (sock_diag(7)).
// Needs no privilege.
#pragma once

#include <cstdint>
#include <vector>

#include "mirror/ip.h"
#include "netlink/socket.h"
#include "netlink/socket_diagnosis.h"

namespace roamkit {

struct ConnectedSocket {
  bool is_udp = false;
  uint32_t inode = 0;   // 0: no process has it any more
  uint64_t cookie = 0;  // the kernel's own name for the socket, never used again (SO_COOKIE, socket(7))
  TcpState state = TcpState::kClose;  // of UDP too: established once it is connected
  uint32_t bound_ifindex = 0;
  IpAddress local;
  IpAddress remote;
  uint16_t local_port = 0;
  uint16_t remote_port = 0;
};

// From one answer of a dump. What is not connected (a listener, one in TIME_WAIT) is ignored.
Decoded DecodeSocket(Bytes payload, ConnectedSocket& socket);

// Adds all that some process has open. Blocks for the time of a dump.
Failure DumpSockets(std::vector<ConnectedSocket>& sockets);

}  // namespace roamkit
