// What all questions about sockets share (NETLINK_SOCK_DIAG, sock_diag(7)).
#pragma once

#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include <cstdint>

#include "netlink/socket.h"

namespace roamkit {

struct SockDiagRequest {
  nlmsghdr message;
  inet_diag_req_v2 body;

  // The request as it is sent; valid as long as this is.
  [[nodiscard]] Bytes AsBytes() const { return {reinterpret_cast<const uint8_t*>(this), sizeof(*this)}; }
};
static_assert(sizeof(SockDiagRequest) == NLMSG_ALIGN(sizeof(SockDiagRequest)));

// A question about sockets of the protocol (IPPROTO_TCP, IPPROTO_UDP) and the family (AF_INET, AF_INET6) in
// any of these states, a bit each. `flags`: NLM_F_DUMP for all of them.
SockDiagRequest SocketRequest(int protocol, int family, uint32_t states, uint16_t flags, uint32_t sequence);

// A socket for such questions. The kernel answers within the call; one that it never answers ends after two
// seconds, for it must hold neither a thread for ever nor the host application.
Failure OpenSockDiag(NetlinkSocket& socket);

[[nodiscard]] bool EndsDump(const Message& message);
// Why the dump that this message ends was no good, if so.
[[nodiscard]] Failure DumpFailure(const Message& message);

}  // namespace roamkit
