#include "socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace roamkit {

namespace {

// SO_BINDTOIFINDEX of the kernel's asm-generic/socket.h, since Linux 5.0; older C libraries do not name it.
#ifdef SO_BINDTOIFINDEX
constexpr int kBindToIfindex = SO_BINDTOIFINDEX;
#else
constexpr int kBindToIfindex = 62;
#endif

}  // namespace

uint32_t BoundIfindex(int fd) {
  int ifindex = 0;
  socklen_t size = sizeof(ifindex);
  if (getsockopt(fd, SOL_SOCKET, kBindToIfindex, &ifindex, &size) != 0 || ifindex < 0) return 0;
  return static_cast<uint32_t>(ifindex);
}

Failure SetUserTimeout(int fd, uint32_t timeout_ms) {
  if (setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms)) != 0)
    return Failure::Last("TCP_USER_TIMEOUT");
  return {};
}

}  // namespace roamkit
