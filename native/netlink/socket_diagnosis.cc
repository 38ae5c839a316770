#include "netlink/socket_diagnosis.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "netlink/sock_diag.h"

namespace roamkit {

namespace {

// The start of the kernel's struct tcp_info. It only ever grows at its end; the headers that this is built
// with may know less of it than the kernel that it runs on.
struct TcpInfo {
  uint8_t state, ca_state, retransmits, probes, backoff, options, window_scales, flags;
  uint32_t rto, ato, snd_mss, rcv_mss;
  uint32_t unacked, sacked, lost, retrans, fackets;
  uint32_t last_data_sent, last_ack_sent, last_data_recv, last_ack_recv;
  uint32_t pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh, snd_cwnd, advmss, reordering;
  uint32_t rcv_rtt, rcv_space, total_retrans;
  uint64_t pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
  uint32_t segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
  uint64_t delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
  uint32_t delivered, delivered_ce;
  uint64_t bytes_sent, bytes_retrans;
  uint32_t dsack_dups, reord_seen, rcv_ooopack, snd_wnd, rcv_wnd;
};
static_assert(offsetof(TcpInfo, bytes_acked) == 120 && offsetof(TcpInfo, snd_wnd) == 228);

// What Linux 4.6 has. Without it, data in flight cannot be told from data that was never sent.
constexpr size_t kShortestInfo = offsetof(TcpInfo, notsent_bytes) + sizeof(uint32_t);

constexpr AttributePolicies kDiagnosisPolicy({{INET_DIAG_INFO, kShortestInfo, UINT16_MAX}});

// Each answer takes the kernel about 2 KiB of the socket's receive buffer, of which there are 208 KiB by
// default; what does not fit is lost.
constexpr size_t kTuplesAtOnce = 32;

// Asked as IPv4, the kernel finds IPv4-mapped IPv6 sockets too (docs/kernel.md 47).
SockDiagRequest RequestFor(const SocketTuple& tuple, uint32_t sequence) {
  const int family = tuple.remote.family == Family::kV4 ? AF_INET : AF_INET6;
  SockDiagRequest request = SocketRequest(IPPROTO_TCP, family, ~uint32_t{0}, 0, sequence);
  request.body.idiag_ext = 1U << (INET_DIAG_INFO - 1);
  inet_diag_sockid& id = request.body.id;
  id.idiag_sport = htons(tuple.local_port);
  id.idiag_dport = htons(tuple.remote_port);
  std::memcpy(id.idiag_src, tuple.local.bytes.data(), tuple.local.bytes.size());
  std::memcpy(id.idiag_dst, tuple.remote.bytes.data(), tuple.remote.bytes.size());
  id.idiag_if = tuple.oif;
  id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return request;
}

bool IsConnection(uint8_t state) {
  return state >= static_cast<uint8_t>(TcpState::kEstablished) &&
         state <= static_cast<uint8_t>(TcpState::kClosing) &&
         state != static_cast<uint8_t>(TcpState::kTimeWait) &&
         state != static_cast<uint8_t>(TcpState::kListen);
}

}  // namespace

Decoded DecodeTcpDiagnosis(Bytes payload, TcpDiagnosis& diagnosis) {
  const std::optional<inet_diag_msg> header = ReadHeader<inet_diag_msg>(payload);
  if (!header) return Decoded::kMalformed;
  if (header->idiag_family != AF_INET && header->idiag_family != AF_INET6) return Decoded::kIgnored;
  if (!IsConnection(header->idiag_state)) return Decoded::kIgnored;
  const std::optional<Attributes> attributes =
      Attributes::Parse(AfterHeader<inet_diag_msg>(payload), kDiagnosisPolicy);
  if (!attributes) return Decoded::kMalformed;
  // Half-open ones have none.
  if (!attributes->Has(INET_DIAG_INFO)) return Decoded::kIgnored;
  const Bytes raw = attributes->Raw(INET_DIAG_INFO);
  TcpInfo info{};
  std::memcpy(&info, raw.data(), std::min(raw.size(), sizeof(info)));
  const auto window = [&](size_t offset, uint32_t value) {
    return raw.size() >= offset + sizeof(value) ? std::optional(value) : std::nullopt;
  };
  diagnosis.state = static_cast<TcpState>(header->idiag_state);
  diagnosis.remote_port = ntohs(header->id.idiag_dport);
  diagnosis.bound_ifindex = header->id.idiag_if;
  diagnosis.unacked_segments = info.unacked;
  diagnosis.retransmits = info.retransmits;
  diagnosis.backoff = info.backoff;
  diagnosis.probes = info.probes;
  diagnosis.total_retransmits = info.total_retrans;
  diagnosis.rto_us = info.rto;
  diagnosis.bytes_acked = info.bytes_acked;
  diagnosis.bytes_received = info.bytes_received;
  diagnosis.not_sent_bytes = info.notsent_bytes;
  // The kernel's queue is all that is not acknowledged, sent or not; it reads it without the socket's lock.
  diagnosis.in_flight_bytes =
      header->idiag_wqueue - std::min<uint32_t>(header->idiag_wqueue, info.notsent_bytes);
  diagnosis.last_ack_received_ms = info.last_ack_recv;
  diagnosis.last_data_received_ms = info.last_data_recv;
  diagnosis.send_window_bytes = window(offsetof(TcpInfo, snd_wnd), info.snd_wnd);
  diagnosis.receive_window_bytes = window(offsetof(TcpInfo, rcv_wnd), info.rcv_wnd);
  return Decoded::kOk;
}

Failure SocketDiagnoser::Open() {
  if (const Failure failure = OpenSockDiag(socket_)) return failure;
  if (const Failure failure = Probe()) return failure;
  is_open_ = true;
  return {};
}

// A dump of no state at all: it ends at once, and with an error where the kernel has no tcp_diag. A question
// about a single socket would not show that, for "no such socket" is the same error.
Failure SocketDiagnoser::Probe() {
  const SockDiagRequest request = SocketRequest(IPPROTO_TCP, AF_INET, 0, NLM_F_DUMP, ++sequence_);
  if (const Failure failure = socket_.Send(request.AsBytes())) return failure;
  for (;;) {
    const Received received = socket_.Receive(messages_);
    if (received == Received::kFailed) return socket_.failure();
    if (received != Received::kMessages) return {ETIMEDOUT, "SOCK_DIAG_BY_FAMILY"};
    for (const Message& message : messages_) {
      if (message.sequence == sequence_ && EndsDump(message)) return DumpFailure(message);
    }
  }
}

Failure SocketDiagnoser::Diagnose(std::span<const SocketTuple> tuples,
                                  std::vector<std::optional<TcpDiagnosis>>& answers) {
  answers.assign(tuples.size(), std::nullopt);
  if (!is_open_) return {};
  for (size_t first = 0; first < tuples.size(); first += kTuplesAtOnce) {
    const size_t count = std::min(kTuplesAtOnce, tuples.size() - first);
    const std::span part(answers.data() + first, count);
    if (const Failure failure = DiagnoseSome(tuples.subspan(first, count), part)) return failure;
  }
  return {};
}

// All questions in one datagram; each has one answer of its own, found or not.
Failure SocketDiagnoser::DiagnoseSome(std::span<const SocketTuple> tuples,
                                      std::span<std::optional<TcpDiagnosis>> answers) {
  const uint32_t first = sequence_ + 1;
  requests_.resize(tuples.size() * sizeof(SockDiagRequest));
  for (size_t index = 0; index < tuples.size(); ++index) {
    const SockDiagRequest request = RequestFor(tuples[index], ++sequence_);
    std::memcpy(requests_.data() + index * sizeof(SockDiagRequest), &request, sizeof(SockDiagRequest));
  }
  if (const Failure failure = socket_.Send(requests_)) return failure;
  for (size_t missing = tuples.size(); missing > 0;) {
    switch (socket_.Receive(messages_)) {
      case Received::kMessages:
        break;
      case Received::kNothing:
        return {ETIMEDOUT, "SOCK_DIAG_BY_FAMILY"};
      case Received::kOverrun:
      case Received::kTruncated:
        return {ENOBUFS, "SOCK_DIAG_BY_FAMILY"};
      case Received::kFailed:
        return socket_.failure();
    }
    for (const Message& message : messages_) {
      const size_t index = message.sequence - first;
      // A late answer to an earlier question.
      if (index >= tuples.size()) continue;
      --missing;
      TcpDiagnosis diagnosis;
      if (message.type != SOCK_DIAG_BY_FAMILY) continue;
      if (DecodeTcpDiagnosis(message.payload, diagnosis) != Decoded::kOk) continue;
      if (diagnosis.remote_port == tuples[index].remote_port) answers[index] = diagnosis;
    }
  }
  return {};
}

}  // namespace roamkit
