#include "netlink/socket_dump.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "netlink/sock_diag.h"

namespace roamkit {

namespace {

constexpr uint32_t StateBit(TcpState state) {
  return 1U << static_cast<unsigned>(state);
}

// Those in which a process holds a connection. A half-open one belongs to its listener yet.
constexpr uint32_t kConnectionStates = StateBit(TcpState::kEstablished) | StateBit(TcpState::kSynSent) |
                                       StateBit(TcpState::kFinWait1) | StateBit(TcpState::kFinWait2) |
                                       StateBit(TcpState::kCloseWait) | StateBit(TcpState::kLastAck) |
                                       StateBit(TcpState::kClosing);

IpAddress AddressFrom(const void* words, int family) {
  const auto* bytes = static_cast<const uint8_t*>(words);
  return IpAddress::FromBytes({bytes, family == AF_INET ? 4U : 16U}).value_or(IpAddress{});
}

Failure DumpFamily(NetlinkSocket& socket, int protocol, int family, std::vector<ConnectedSocket>& sockets) {
  const SockDiagRequest request = SocketRequest(protocol, family, kConnectionStates, NLM_F_DUMP, 0);
  if (const Failure failure = socket.Send(request.AsBytes())) return failure;
  std::vector<Message> messages;
  for (;;) {
    const Received received = socket.Receive(messages);
    if (received == Received::kFailed) return socket.failure();
    if (received == Received::kNothing) return {ETIMEDOUT, "SOCK_DIAG_BY_FAMILY"};
    if (received != Received::kMessages) return {ENOBUFS, "SOCK_DIAG_BY_FAMILY"};
    for (const Message& message : messages) {
      if (EndsDump(message)) return DumpFailure(message);
      ConnectedSocket found;
      found.is_udp = protocol == IPPROTO_UDP;
      if (message.type != SOCK_DIAG_BY_FAMILY) continue;
      if (DecodeSocket(message.payload, found) == Decoded::kOk && found.inode != 0) sockets.push_back(found);
    }
  }
}

}  // namespace

Decoded DecodeSocket(Bytes payload, ConnectedSocket& socket) {
  const std::optional<inet_diag_msg> header = ReadHeader<inet_diag_msg>(payload);
  if (!header) return Decoded::kMalformed;
  if (header->idiag_family != AF_INET && header->idiag_family != AF_INET6) return Decoded::kIgnored;
  if (header->idiag_state >= 32 || (kConnectionStates >> header->idiag_state & 1U) == 0)
    return Decoded::kIgnored;
  const inet_diag_sockid& id = header->id;
  socket.inode = header->idiag_inode;
  socket.cookie = uint64_t{id.idiag_cookie[1]} << 32 | id.idiag_cookie[0];
  socket.state = static_cast<TcpState>(header->idiag_state);
  socket.bound_ifindex = id.idiag_if;
  socket.local = AddressFrom(id.idiag_src, header->idiag_family);
  socket.remote = AddressFrom(id.idiag_dst, header->idiag_family);
  socket.local_port = ntohs(id.idiag_sport);
  socket.remote_port = ntohs(id.idiag_dport);
  return Decoded::kOk;
}

Failure DumpSockets(std::vector<ConnectedSocket>& sockets) {
  NetlinkSocket socket;
  if (const Failure failure = OpenSockDiag(socket)) return failure;
  for (const int family : {AF_INET, AF_INET6}) {
    if (const Failure failure = DumpFamily(socket, IPPROTO_TCP, family, sockets)) return failure;
  }
  // Of UDP not every kernel tells (udp_diag is a module of its own), and nothing hangs on it.
  for (const int family : {AF_INET, AF_INET6}) {
    if (DumpFamily(socket, IPPROTO_UDP, family, sockets)) break;
  }
  return {};
}

}  // namespace roamkit
