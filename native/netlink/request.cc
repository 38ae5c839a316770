#include "netlink/request.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/netconf.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "netlink/decode.h"
#include "netlink/read_ahead.h"

namespace roamkit {

namespace {

// A dump that goes on after so many datagrams (about 3,000 routes, a millisecond) is worth a thread.
constexpr size_t kDatagramsBeforeReadAhead = 8;

// A request under construction: header, fixed struct, attributes.
class RequestBuilder {
 public:
  template <typename Header>
  RequestBuilder(uint16_t type, uint16_t flags, uint32_t sequence, const Header& header) {
    nlmsghdr message{};
    message.nlmsg_type = type;
    message.nlmsg_flags = static_cast<uint16_t>(flags | NLM_F_REQUEST);
    message.nlmsg_seq = sequence;
    Append(&message, sizeof(message));
    Append(&header, sizeof(header));
  }

  void Add(uint16_t type, const void* value, size_t size) {
    const nlattr attribute{static_cast<uint16_t>(NLA_HDRLEN + size), type};
    Append(&attribute, sizeof(attribute));
    Append(value, size);
  }
  void AddNumber(uint16_t type, uint32_t value) { Add(type, &value, sizeof(value)); }
  void AddAddress(uint16_t type, const IpAddress& address) {
    Add(type, address.bytes.data(), AddressLength(address.family) / 8);
  }

  Bytes Finish() {
    const auto length = static_cast<uint32_t>(size_);
    std::memcpy(bytes_.data(), &length, sizeof(length));
    return {bytes_.data(), size_};
  }

 private:
  void Append(const void* data, size_t size) {
    std::memcpy(bytes_.data() + size_, data, size);
    size_ = NLMSG_ALIGN(size_ + size);
  }
  std::array<uint8_t, 256> bytes_{};
  size_t size_ = 0;
};

uint8_t AddressFamily(Family family) {
  return family == Family::kV4 ? AF_INET : family == Family::kV6 ? AF_INET6 : AF_UNSPEC;
}

int ErrorOf(const Message& message) {
  const std::optional<nlmsgerr> error = ReadHeader<nlmsgerr>(message.payload);
  return error ? -error->error : EBADMSG;
}

// Sources that IPv4 refuses with the same EINVAL as a blackhole does (ip_route_output_key_hash_rcu,
// __mkroute_output).
bool IsRefusedSource(const IpAddress& source) {
  return source.family == Family::kV4 &&
         (source.IsLoopback() || source.IsMulticast() || source.IsLimitedBroadcast());
}

// The errno with which a dump ended, or 0. One that fails in its middle says so in its NLMSG_DONE
// (netlink_dump_done): what came is not all.
int EndOfDump(const Message& last) {
  if (last.type == NLMSG_ERROR) return ErrorOf(last);
  return std::max(0, -ReadHeader<int32_t>(last.payload).value_or(0));
}

// What RTM_GETROUTE's refusals mean (fib_props in fib_semantics.c, fib6_prop in route.c). nullopt for errors
// that are no answer about the route, such as a lack of memory.
std::optional<LookupFailure> FailureOf(int error, const LookupQuery& query) {
  switch (error) {
    case EHOSTUNREACH:
      return LookupFailure::kUnreachable;
    case EACCES:
      return LookupFailure::kProhibited;
    case EINVAL:
      return IsRefusedSource(query.source) ? LookupFailure::kNoRoute : LookupFailure::kBlackholed;
    case ENETUNREACH:
    case ENODEV:
    case EADDRNOTAVAIL:
    case EAGAIN:
    case ESRCH:
      return LookupFailure::kNoRoute;
    default:
      return std::nullopt;
  }
}

RouteType TypeOf(LookupFailure failure) {
  switch (failure) {
    case LookupFailure::kUnreachable:
      return RouteType::kUnreachable;
    case LookupFailure::kProhibited:
      return RouteType::kProhibit;
    case LookupFailure::kBlackholed:
      return RouteType::kBlackhole;
    default:
      return RouteType::kUnspecified;
  }
}

}  // namespace

Failure Requester::Open() {
  if (const Failure failure = socket_.Open(true)) return failure;
  socket_.AskForStrictChecks();
  // The kernel answers within the call; a question that it never answers must not hang the host application.
  const timeval patience{2, 0};
  if (setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0) {
    return Failure::Last("SO_RCVTIMEO");
  }
  return {};
}

DumpResult Requester::Dump(Bytes request, const OnMessages& on_messages) {
  DumpResult result;
  result.failure = socket_.Send(request);
  std::vector<Message> messages;
  std::optional<ReadAhead> ahead;
  for (size_t count = 1; !result.failure; ++count) {
    if (is_cancelled_.load()) return {{ECANCELED, "netlink dump"}, false};
    if (count == kDatagramsBeforeReadAhead) ahead.emplace(socket_, sequence_, is_cancelled_);
    switch (ahead ? ahead->Next(messages) : socket_.Receive(messages)) {
      case Received::kMessages:
        break;
      case Received::kNothing:
        result.failure = {is_cancelled_.load() ? ECANCELED : ETIMEDOUT, "netlink dump"};
        continue;
      case Received::kOverrun:
      case Received::kTruncated:
        result.is_interrupted = true;
        continue;
      case Received::kFailed:
        result.failure = socket_.failure();
        continue;
    }
    // A late answer to an earlier question.
    std::erase_if(messages, [&](const Message& message) { return message.sequence != sequence_; });
    for (const Message& message : messages) {
      if ((message.flags & NLM_F_DUMP_INTR) != 0) result.is_interrupted = true;
    }
    const auto end = std::find_if(messages.begin(), messages.end(), IsLastOfDump);
    on_messages({messages.begin(), end});
    if (end == messages.end()) continue;
    if (const int error = EndOfDump(*end)) result.failure = {error, "netlink dump"};
    return result;
  }
  return result;
}

DumpResult Requester::DumpEach(Bytes request, const OnMessage& on_message) {
  return Dump(request, [&](std::span<const Message> messages) {
    for (const Message& message : messages) on_message(message);
  });
}

DumpResult Requester::DumpLinks(const OnMessage& on_message) {
  RequestBuilder request(RTM_GETLINK, NLM_F_DUMP, ++sequence_, ifinfomsg{});
  return DumpEach(request.Finish(), on_message);
}

DumpResult Requester::DumpAddresses(const OnMessage& on_message) {
  RequestBuilder request(RTM_GETADDR, NLM_F_DUMP, ++sequence_, ifaddrmsg{});
  return DumpEach(request.Finish(), on_message);
}

DumpResult Requester::DumpNetconf(Family family, const OnMessage& on_message) {
  netconfmsg header{};
  header.ncm_family = AddressFamily(family);
  RequestBuilder request(RTM_GETNETCONF, NLM_F_DUMP, ++sequence_, header);
  return DumpEach(request.Finish(), on_message);
}

DumpResult Requester::DumpNextHops(const OnMessage& on_message) {
  RequestBuilder request(RTM_GETNEXTHOP, NLM_F_DUMP, ++sequence_, nhmsg{});
  return DumpEach(request.Finish(), on_message);
}

DumpResult Requester::DumpRules(Family family, const OnMessage& on_message) {
  fib_rule_hdr header{};
  header.family = AddressFamily(family);
  RequestBuilder request(RTM_GETRULE, NLM_F_DUMP, ++sequence_, header);
  return DumpEach(request.Finish(), on_message);
}

DumpResult Requester::DumpRoutes(const RouteFilter& filter, const OnMessages& on_messages) {
  rtmsg header{};
  header.rtm_family = AddressFamily(filter.family);
  RequestBuilder request(RTM_GETROUTE, NLM_F_DUMP, ++sequence_, header);
  if (filter.table != 0) request.AddNumber(RTA_TABLE, filter.table);
  if (filter.oif != 0) request.AddNumber(RTA_OIF, filter.oif);
  return Dump(request.Finish(), on_messages);
}

DumpResult Requester::DumpNeighbours(const OnMessage& on_message) {
  RequestBuilder request(RTM_GETNEIGH, NLM_F_DUMP, ++sequence_, ndmsg{});
  return DumpEach(request.Finish(), on_message);
}

Failure Requester::Ask(Bytes request, int& kernel_error, const OnMessage& on_answer) {
  kernel_error = 0;
  if (const Failure failure = socket_.Send(request)) return failure;
  std::vector<Message> messages;
  for (;;) {
    switch (socket_.Receive(messages)) {
      case Received::kMessages:
        break;
      case Received::kNothing:
        return {ETIMEDOUT, "netlink request"};
      case Received::kOverrun:
        return {ENOBUFS, "netlink request"};
      case Received::kTruncated:
        return {EMSGSIZE, "netlink request"};
      case Received::kFailed:
        return socket_.failure();
    }
    for (const Message& message : messages) {
      if (message.sequence != sequence_) continue;
      if (message.type == NLMSG_ERROR) {
        kernel_error = ErrorOf(message);
      } else {
        on_answer(message);
      }
      return {};
    }
  }
}

Failure Requester::LookupRoute(const LookupQuery& query, LookupResult& result) {
  const Family family = query.destination.family;
  const auto bits = static_cast<uint8_t>(AddressLength(family));
  rtmsg header{};
  header.rtm_family = AddressFamily(family);
  header.rtm_dst_len = bits;
  header.rtm_src_len = query.source.IsSet() ? bits : uint8_t{0};
  header.rtm_tos = query.tos.value_or(0);
  // Without it, IPv4 names the main table in every answer; IPv6 names the right one and knows no such flag.
  if (family == Family::kV4) header.rtm_flags = RTM_F_LOOKUP_TABLE;
  RequestBuilder request(RTM_GETROUTE, 0, ++sequence_, header);
  request.AddAddress(RTA_DST, query.destination);
  if (query.source.IsSet()) request.AddAddress(RTA_SRC, query.source);
  if (query.oif != 0) request.AddNumber(RTA_OIF, query.oif);
  if (query.mark) request.AddNumber(RTA_MARK, *query.mark);
  if (query.uid) request.AddNumber(RTA_UID, *query.uid);
  if (query.protocol) request.Add(RTA_IP_PROTO, &*query.protocol, sizeof(uint8_t));
  const auto add_port = [&](uint16_t type, const std::optional<uint16_t>& port) {
    if (!port) return;
    const std::array<uint8_t, 2> network_order{static_cast<uint8_t>(*port >> 8),
                                               static_cast<uint8_t>(*port & 0xFF)};
    request.Add(type, network_order.data(), network_order.size());
  };
  add_port(RTA_SPORT, query.source_port);
  add_port(RTA_DPORT, query.destination_port);
  int kernel_error = 0;
  Decoded decoded = Decoded::kMalformed;
  Route route;
  const Failure failure = Ask(request.Finish(), kernel_error, [&](const Message& message) {
    // The answer is a cached clone of the route; its flag says so, which for events means "not a route".
    std::vector<uint8_t> copy(message.payload.begin(), message.payload.end());
    if (copy.size() >= sizeof(rtmsg)) {
      rtmsg answer;
      std::memcpy(&answer, copy.data(), sizeof(answer));
      answer.rtm_flags &= ~static_cast<uint32_t>(RTM_F_CLONED);
      std::memcpy(copy.data(), &answer, sizeof(answer));
    }
    decoded = DecodeRoute(copy, route);
  });
  if (failure) return failure;
  result = {};
  if (kernel_error != 0) {
    const std::optional<LookupFailure> refusal = FailureOf(kernel_error, query);
    if (!refusal) return {kernel_error, "RTM_GETROUTE"};
    result.failure = *refusal;
    result.type = TypeOf(result.failure);
    return {};
  }
  if (decoded != Decoded::kOk) return {EBADMSG, "RTM_GETROUTE"};
  result.failure = LookupFailure::kNone;
  result.has_route = true;
  result.type = route.type;
  result.table = route.table;
  result.legs = route.nexthops;
  result.source = query.source.IsSet() ? query.source : route.preferred_source;
  return {};
}

Failure Requester::GetLink(uint32_t ifindex, std::optional<Link>& link) {
  ifinfomsg header{};
  header.ifi_index = static_cast<int>(ifindex);
  RequestBuilder request(RTM_GETLINK, 0, ++sequence_, header);
  int kernel_error = 0;
  Link found;
  Decoded decoded = Decoded::kMalformed;
  const Failure failure = Ask(request.Finish(), kernel_error,
                              [&](const Message& message) { decoded = DecodeLink(message.payload, found); });
  if (failure) return failure;
  link.reset();
  if (kernel_error == ENODEV) return {};
  if (kernel_error != 0 || decoded != Decoded::kOk)
    return {kernel_error != 0 ? kernel_error : EBADMSG, "RTM_GETLINK"};
  link = found;
  return {};
}

Failure Requester::GetNeighbour(const Neighbour& neighbour, NeighbourState& state) {
  ndmsg header{};
  header.ndm_family = AddressFamily(neighbour.address.family);
  header.ndm_ifindex = static_cast<int>(neighbour.ifindex);
  RequestBuilder request(RTM_GETNEIGH, 0, ++sequence_, header);
  request.AddAddress(NDA_DST, neighbour.address);
  int kernel_error = 0;
  Decoded decoded = Decoded::kMalformed;
  Neighbour found;
  const Failure failure = Ask(request.Finish(), kernel_error, [&](const Message& message) {
    decoded = DecodeNeighbour(message.payload, found, state);
  });
  if (failure) return failure;
  if (kernel_error == 0) return decoded == Decoded::kOk ? Failure{} : Failure{EBADMSG, "RTM_GETNEIGH"};
  state = NeighbourState::kFound;
  // Kernels before 5.0 cannot be asked for a single neighbour: then there is no word against it.
  const bool is_unknown = kernel_error == ENOENT || kernel_error == ENODEV || kernel_error == EOPNOTSUPP;
  return is_unknown ? Failure{} : Failure{kernel_error, "RTM_GETNEIGH"};
}

}  // namespace roamkit
