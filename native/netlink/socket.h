// A netlink socket: opening, joining groups, and reading what the kernel queued.
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <vector>

#include "netlink/attributes.h"
#include "netlink/unique_fd.h"

namespace roamkit {

struct Message {
  uint16_t type;
  uint16_t flags;
  uint32_t sequence;
  Bytes payload;
};

enum class Received : uint8_t {
  kMessages,
  kNothing,    // the queue is empty
  kOverrun,    // the kernel dropped messages for want of room (ENOBUFS)
  kTruncated,  // a message did not fit the buffer: as bad as dropped
  kFailed,
};

// The messages of a datagram; they point into it. False where one claims to be longer than what is there.
bool SplitDatagram(Bytes datagram, std::vector<Message>& messages);

class NetlinkSocket {
 public:
  // `protocol`: NETLINK_ROUTE, NETLINK_SOCK_DIAG.
  Failure Open(bool is_blocking, int protocol = NETLINK_ROUTE);
  Failure Join(uint32_t group);
  // Asks for a receive queue of that size, by privilege where there is any; the granted one is returned.
  int GrowReceiveBuffer(int bytes);
  // Makes the kernel filter dumps by what the request says (docs/kernel.md 24); older kernels dump all.
  void AskForStrictChecks();

  // Reads one datagram. Its messages are valid until the next call. Datagrams not from the kernel are
  // skipped.
  Received Receive(std::vector<Message>& messages) { return Receive(buffer_, messages); }
  // The same into a buffer of the caller's, which it makes large enough.
  Received Receive(std::vector<uint8_t>& buffer, std::vector<Message>& messages);
  Failure Send(Bytes request);
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] Failure failure() const { return failure_; }

 private:
  UniqueFd fd_;
  std::vector<uint8_t> buffer_;
  Failure failure_;
};

}  // namespace roamkit
