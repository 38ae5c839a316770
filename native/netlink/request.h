// Questions to the kernel: dumps, one route, one link, one neighbour.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <span>

#include "mirror/fib.h"
#include "mirror/lookup.h"
#include "mirror/neighbours.h"
#include "netlink/socket.h"

namespace roamkit {

struct DumpResult {
  Failure failure;
  // What was dumped changed meanwhile (NLM_F_DUMP_INTR): ask again.
  bool is_interrupted = false;
};

// One question at a time; not for use by two threads at once.
class Requester {
 public:
  // A dump ends early, with ECANCELED, once the flag is set.
  explicit Requester(const std::atomic<bool>& is_cancelled) : is_cancelled_(is_cancelled) {}
  Failure Open();

  using OnMessage = std::function<void(const Message&)>;
  // What one datagram brought: a few hundred messages of a long dump.
  using OnMessages = std::function<void(std::span<const Message>)>;
  DumpResult DumpLinks(const OnMessage& on_message);
  DumpResult DumpAddresses(const OnMessage& on_message);
  DumpResult DumpNetconf(Family family, const OnMessage& on_message);
  DumpResult DumpNextHops(const OnMessage& on_message);
  DumpResult DumpRules(Family family, const OnMessage& on_message);
  DumpResult DumpRoutes(const RouteFilter& filter, const OnMessages& on_messages);
  DumpResult DumpNeighbours(const OnMessage& on_message);

  // How the kernel would send a packet (RTM_GETROUTE): like the mirror's answer, but without prefix and
  // metric.
  Failure LookupRoute(const LookupQuery& query, LookupResult& result);
  // nullopt in `link` where there is no such link.
  Failure GetLink(uint32_t ifindex, std::optional<Link>& link);
  // A neighbour that the kernel does not know has not failed.
  Failure GetNeighbour(const Neighbour& neighbour, NeighbourState& state);

 private:
  DumpResult Dump(Bytes request, const OnMessages& on_messages);
  DumpResult DumpEach(Bytes request, const OnMessage& on_message);
  // Sends and reads the one answer; its errno where the kernel refuses.
  Failure Ask(Bytes request, int& kernel_error, const OnMessage& on_answer);

  const std::atomic<bool>& is_cancelled_;
  NetlinkSocket socket_;
  uint32_t sequence_ = 0;
};

}  // namespace roamkit
