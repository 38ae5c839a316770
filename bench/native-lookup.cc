// A mirror of the namespace's IPv4 routes, and as many lookups as argv[2] among argv[1] of its prefixes: the
// mirror's and the kernel's own (RTM_GETROUTE), in turn. Prints the nanoseconds of CPU time that one took,
// a line for each of argv[3] rounds: "mirror kernel".
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <span>
#include <vector>

#include "mirror/mirror.h"
#include "netlink/decode.h"
#include "netlink/request.h"

namespace roamkit {
namespace {

double CpuNs() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

template <typename Item, Decoded (*kDecode)(Bytes, Item&), typename Put>
auto Putting(Put put) {
  return [put](const Message& message) {
    Item item;
    if (kDecode(message.payload, item) == Decoded::kOk) put(item);
  };
}

void Fill(Mirror& mirror, Requester& requester, std::vector<IpAddress>& destinations) {
  requester.DumpLinks(Putting<Link, DecodeLink>([&](const Link& link) { mirror.PutLink(link); }));
  requester.DumpAddresses(Putting<Address, DecodeAddress>([&](const Address& a) { mirror.PutAddress(a); }));
  requester.DumpRules(Family::kV4, Putting<Rule, DecodeRule>([&](const Rule& rule) { mirror.PutRule(rule); }));
  const RouteFilter filter{Family::kV4, 0, 0};
  mirror.BeginRouteDump();
  requester.DumpRoutes(filter, [&](std::span<const Message> messages) {
    for (const Message& message : messages) {
      Route route;
      if (DecodeRoute(message.payload, route) != Decoded::kOk) continue;
      if (route.table == kTableMain) destinations.push_back(route.destination.address);
      mirror.PutRoute(route, InsertMode::kDumped);
    }
  });
  mirror.EndRouteDump(filter);
}

template <typename Lookup>
double NanosecondsEach(size_t count, const std::vector<LookupQuery>& queries, Lookup lookup) {
  LookupResult result;
  size_t routable = 0;
  const double start = CpuNs();
  for (size_t index = 0, query = 0; index < count; ++index) {
    lookup(queries[query], result);
    routable += result.IsRoutable() ? 1 : 0;
    if (++query == queries.size()) query = 0;
  }
  const double each = (CpuNs() - start) / static_cast<double>(count);
  if (routable != count) {
    std::fprintf(stderr, "%zu of %zu lookups found a way\n", routable, count);
    std::exit(1);
  }
  return each;
}

int Main(size_t peers, size_t lookups, int rounds) {
  std::atomic<bool> is_cancelled{false};
  Requester requester(is_cancelled);
  if (requester.Open()) return 1;
  Mirror mirror;
  std::vector<IpAddress> destinations;
  Fill(mirror, requester, destinations);
  std::mt19937 random(1);
  std::vector<LookupQuery> queries(peers);
  for (LookupQuery& query : queries) query.destination = destinations[random() % destinations.size()];
  for (int round = 0; round < rounds; ++round) {
    const double own = NanosecondsEach(
        lookups, queries,
        [&](const LookupQuery& query, LookupResult& result) { mirror.Lookup(query, result); });
    const double kernel = NanosecondsEach(lookups, queries,
                                          [&](const LookupQuery& query, LookupResult& result) {
                                            result.Clear();
                                            static_cast<void>(requester.LookupRoute(query, result));
                                          });
    std::printf("%.1f %.1f\n", own, kernel);
  }
  return 0;
}

}  // namespace
}  // namespace roamkit

int main(int, char** argv) {
  return roamkit::Main(std::strtoul(argv[1], nullptr, 10), std::strtoul(argv[2], nullptr, 10), std::atoi(argv[3]));
}
