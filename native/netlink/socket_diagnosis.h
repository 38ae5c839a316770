// What the kernel knows of single TCP sockets (sock_diag(7)): whether what they send arrives. Needs no
// privilege.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mirror/ip.h"
#include "netlink/decode.h"
#include "netlink/socket.h"

namespace roamkit {

struct SocketTuple {
  IpAddress local;
  IpAddress remote;
  uint16_t local_port = 0;
  uint16_t remote_port = 0;
  uint32_t oif = 0;  // the link it is bound to; a bound socket is not found without it
};

// As the kernel numbers them (tcp_states.h).
enum class TcpState : uint8_t {
  kEstablished = 1,
  kSynSent,
  kSynReceived,
  kFinWait1,
  kFinWait2,
  kTimeWait,
  kClose,
  kCloseWait,
  kLastAck,
  kListen,
  kClosing,
};

// The parts of struct tcp_info that tell a connection that works from one that is stuck.
struct TcpDiagnosis {
  TcpState state = TcpState::kClose;
  uint16_t remote_port = 0;
  uint32_t bound_ifindex = 0;
  uint32_t unacked_segments = 0;
  uint8_t retransmits = 0;
  uint8_t backoff = 0;
  uint8_t probes = 0;
  uint32_t total_retransmits = 0;
  uint32_t rto_us = 0;
  uint64_t bytes_acked = 0;
  uint64_t bytes_received = 0;
  uint32_t in_flight_bytes = 0;
  uint32_t not_sent_bytes = 0;
  uint32_t last_ack_received_ms = 0;
  uint32_t last_data_received_ms = 0;
  std::optional<uint32_t> send_window_bytes;     // since Linux 5.4
  std::optional<uint32_t> receive_window_bytes;  // since Linux 6.2
};

// From the answer to one question. What is no connection (a listener, one in TIME_WAIT) is ignored.
Decoded DecodeTcpDiagnosis(Bytes payload, TcpDiagnosis& diagnosis);

// One question at a time; not for use by two threads at once.
class SocketDiagnoser {
 public:
  // Fails where the kernel does not answer such questions, or somebody denies them.
  Failure Open();
  [[nodiscard]] bool IsOpen() const { return is_open_; }
  // One answer for each tuple, in order; none where there is no such socket.
  Failure Diagnose(std::span<const SocketTuple> tuples, std::vector<std::optional<TcpDiagnosis>>& answers);

 private:
  Failure DiagnoseSome(std::span<const SocketTuple> tuples, std::span<std::optional<TcpDiagnosis>> answers);
  Failure Probe();

  NetlinkSocket socket_;
  std::vector<uint8_t> requests_;
  std::vector<Message> messages_;
  uint32_t sequence_ = 0;
  bool is_open_ = false;
};

}  // namespace roamkit
