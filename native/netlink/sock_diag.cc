#include "netlink/sock_diag.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace roamkit {

SockDiagRequest SocketRequest(int protocol, int family, uint32_t states, uint16_t flags, uint32_t sequence) {
  SockDiagRequest request{};
  const auto all_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
  request.message = {sizeof(SockDiagRequest), SOCK_DIAG_BY_FAMILY, all_flags, sequence, 0};
  request.body.sdiag_family = static_cast<uint8_t>(family);
  request.body.sdiag_protocol = static_cast<uint8_t>(protocol);
  request.body.idiag_states = states;
  return request;
}

Failure OpenSockDiag(NetlinkSocket& socket) {
  if (const Failure failure = socket.Open(true, NETLINK_SOCK_DIAG)) return failure;
  const timeval patience{2, 0};
  if (setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0)
    return Failure::Last("SO_RCVTIMEO");
  return {};
}

bool EndsDump(const Message& message) {
  return message.type == NLMSG_DONE || message.type == NLMSG_ERROR;
}

Failure DumpFailure(const Message& message) {
  // Both begin with the error, negated: nlmsgerr, and what a dump ended with (netlink_dump_done).
  const int error = -ReadHeader<int32_t>(message.payload).value_or(0);
  return error == 0 ? Failure{} : Failure{error, "SOCK_DIAG_BY_FAMILY"};
}

}  // namespace roamkit
