#include "processes/reset_socket.h"

#include <sys/socket.h>

#include <algorithm>
#include <vector>

#include "processes/descriptors.h"

namespace roamkit {

namespace {

// SO_COOKIE of the kernel's asm-generic/socket.h, since Linux 4.12.
#ifdef SO_COOKIE
constexpr int kCookie = SO_COOKIE;
#else
constexpr int kCookie = 57;
#endif

bool HasCookie(const UniqueFd& socket, uint64_t cookie) {
  uint64_t found = 0;
  socklen_t size = sizeof(found);
  return getsockopt(socket.get(), SOL_SOCKET, kCookie, &found, &size) == 0 && found == cookie;
}

// A duplicate of the very socket, or none where the process has it no more.
Failure Duplicate(const UniqueFd& process, const HeldSocketId& id, UniqueFd& duplicate) {
  Failure failure = DuplicateDescriptor(process, id.fd, duplicate);
  if (failure && failure.error != EBADF) return failure;
  if (duplicate.IsOpen() && HasCookie(duplicate, id.cookie)) return {};
  duplicate = UniqueFd();
  // The process may have moved it to another descriptor.
  std::vector<SocketDescriptor> sockets;
  if ((failure = ListSockets(id.pid, sockets))) return failure;
  const auto moved = std::find_if(sockets.begin(), sockets.end(),
                                  [&](const SocketDescriptor& socket) { return socket.inode == id.inode; });
  if (moved == sockets.end()) return {};
  failure = DuplicateDescriptor(process, moved->fd, duplicate);
  if (failure) return failure.error == EBADF ? Failure{} : failure;
  if (!HasCookie(duplicate, id.cookie)) duplicate = UniqueFd();
  return {};
}

bool HasEnded(const Failure& failure) {
  return failure.error == ESRCH || failure.error == ENOENT;
}

// Not by shutdown() alone: that looks like an orderly end to whoever reads, and a body without a length, cut
// short, would pass for whole. Dissolving the association (connect(2)) makes the next read fail with
// ECONNRESET, and tells the peer too should anything reach it.
Failure Reset(const UniqueFd& socket) {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  if (connect(socket.get(), &nobody, sizeof(nobody)) == 0) return {};
  // Somebody else's thread waits in a read, or a security module knows no such connect().
  if (shutdown(socket.get(), SHUT_RDWR) == 0 || errno == ENOTCONN) return {};
  return Failure::Last("shutdown");
}

}  // namespace

Failure ResetSocket(const HeldSocketId& id, ResetOutcome& outcome) {
  outcome = ResetOutcome::kGone;
  UniqueFd process;
  if (const Failure failure = OpenProcess(id.pid, process)) return HasEnded(failure) ? Failure{} : failure;
  UniqueFd duplicate;
  if (const Failure failure = Duplicate(process, id, duplicate))
    return HasEnded(failure) ? Failure{} : failure;
  if (!duplicate.IsOpen()) return {};
  if (const Failure failure = Reset(duplicate)) return failure;
  outcome = ResetOutcome::kReset;
  return {};
}

}  // namespace roamkit
