#include "netlink/socket.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace roamkit {

namespace {

// The kernel fills dump datagrams up to the size of the reader's buffer, and to 32 KiB at most (netlink_dump
// in af_netlink.c); a single route with many legs can be larger than that.
constexpr size_t kBufferBytes = 256 * 1024;

}  // namespace

bool SplitDatagram(Bytes datagram, std::vector<Message>& messages) {
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr message;
    std::memcpy(&message, datagram.data(), sizeof(message));
    if (message.nlmsg_len < sizeof(nlmsghdr) || message.nlmsg_len > datagram.size()) return false;
    messages.push_back({message.nlmsg_type, message.nlmsg_flags, message.nlmsg_seq,
                        datagram.subspan(NLMSG_HDRLEN, message.nlmsg_len - NLMSG_HDRLEN)});
    datagram = datagram.subspan(std::min<size_t>(NLMSG_ALIGN(message.nlmsg_len), datagram.size()));
  }
  return true;
}

Failure NetlinkSocket::Open(bool is_blocking, int protocol) {
  const int type = SOCK_RAW | SOCK_CLOEXEC | (is_blocking ? 0 : SOCK_NONBLOCK);
  fd_ = UniqueFd(socket(AF_NETLINK, type, protocol));
  if (!fd_.IsOpen()) return Failure::Last("socket(AF_NETLINK)");
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  if (bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return Failure::Last("bind(AF_NETLINK)");
  }
  return {};
}

Failure NetlinkSocket::Join(uint32_t group) {
  const auto number = static_cast<int>(group);
  if (setsockopt(fd_.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &number, sizeof(number)) != 0) {
    return Failure::Last("NETLINK_ADD_MEMBERSHIP");
  }
  return {};
}

int NetlinkSocket::GrowReceiveBuffer(int bytes) {
  // The privileged option fails without CAP_NET_ADMIN; then net.core.rmem_max is the limit (docs/kernel.md
  // 22).
  if (setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0) {
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
  }
  int granted = 0;
  socklen_t size = sizeof(granted);
  getsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &granted, &size);
  return granted;
}

void NetlinkSocket::AskForStrictChecks() {
  const int on = 1;
  setsockopt(fd_.get(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
}

Received NetlinkSocket::Receive(std::vector<uint8_t>& buffer, std::vector<Message>& messages) {
  messages.clear();
  buffer.resize(kBufferBytes);
  sockaddr_nl sender{};
  iovec space{buffer.data(), buffer.size()};
  msghdr header{};
  header.msg_name = &sender;
  header.msg_namelen = sizeof(sender);
  header.msg_iov = &space;
  header.msg_iovlen = 1;
  ssize_t length = 0;
  do {
    length = recvmsg(fd_.get(), &header, 0);
  } while (length < 0 && errno == EINTR);
  if (length < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Received::kNothing;
    if (errno == ENOBUFS) return Received::kOverrun;
    failure_ = Failure::Last("recvmsg(AF_NETLINK)");
    return Received::kFailed;
  }
  if (sender.nl_pid != 0) return Received::kMessages;
  if ((header.msg_flags & MSG_TRUNC) != 0) return Received::kTruncated;
  const Bytes datagram(buffer.data(), static_cast<size_t>(length));
  return SplitDatagram(datagram, messages) ? Received::kMessages : Received::kTruncated;
}

Failure NetlinkSocket::Send(Bytes request) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  ssize_t sent = 0;
  do {
    sent = sendto(fd_.get(), request.data(), request.size(), 0, reinterpret_cast<const sockaddr*>(&kernel),
                  sizeof(kernel));
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? Failure::Last("sendto(AF_NETLINK)") : Failure{};
}

}  // namespace roamkit
