// The copy of the kernel's routing state. It is told what the kernel reports, infers what the kernel leaves
// unsaid (docs/kernel.md 1-13), answers lookups, and remembers what changed until somebody takes it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "mirror/addresses.h"
#include "mirror/fib.h"
#include "mirror/linkdown_policy.h"
#include "mirror/links.h"
#include "mirror/lookup.h"
#include "mirror/losses.h"
#include "mirror/neighbours.h"
#include "mirror/next_hop_objects.h"
#include "mirror/rules.h"
#include "mirror/types.h"

namespace roamkit {

// What changed, as far as flows can be touched by it.
struct Touched {
  bool everything = false;
  std::vector<Prefix> prefixes;        // of peers, some more than once
  std::vector<Prefix> local_prefixes;  // of local addresses, by `local` routes
  std::set<uint32_t> links;
  std::set<IpAddress> addresses;
  std::set<Neighbour> gateways;

  [[nodiscard]] bool IsEmpty() const {
    return !everything && prefixes.empty() && links.empty() && addresses.empty() && local_prefixes.empty() &&
           gateways.empty();
  }
  void AddPrefix(const Prefix& prefix) { Add(prefix, prefixes); }
  void AddLocalPrefix(const Prefix& prefix) { Add(prefix, local_prefixes); }

 private:
  void Add(const Prefix& prefix, std::vector<Prefix>& to);
};

struct MirrorChanges {
  std::vector<Change<Link>> links;
  std::vector<Change<Address>> addresses;
  std::vector<Change<Rule>> rules;
  std::deque<Change<Route>> routes;  // taken from the front, a part at a time
  size_t omitted_routes = 0;
  Touched touched;
};

class Mirror {
 public:
  // `pause` is called between the slices of long work, when others may read the mirror; where it returns
  // false, the rest is left, for nobody will read it any more.
  explicit Mirror(std::function<bool()> pause = [] { return true; });
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  // When what follows was read: milliseconds of CLOCK_MONOTONIC.
  void SetTime(double now_ms) {
    now_ms_ = now_ms;
    losses_.SetTime(now_ms);
  }

  // The kernel's news.
  void PutLink(const Link& link);
  void RemoveLink(uint32_t ifindex);
  void SetLinkdownPolicy(Family family, uint32_t ifindex, bool ignores_routes);
  void PutAddress(const Address& address);
  void RemoveAddress(const Address& address);
  void PutNextHop(const NextHopObject& object);
  void RemoveNextHop(uint32_t id);
  void PutRule(const Rule& rule);
  void RemoveRule(const Rule& rule);
  void PutRoute(const Route& route, InsertMode mode);
  void RemoveRoute(const Route& route);
  // `net.ipv6.conf.all.forwarding`: a router sticks to its best route, a host avoids gateways that have
  // failed.
  void SetForwardsIpv6(bool forwards);
  // True where it changes whether the neighbour counts as failed. Nothing is touched by it: of all
  // neighbours, only gateways in use matter, and whoever knows these calls TouchGateway().
  bool PutNeighbour(const Neighbour& neighbour, NeighbourState state);
  void TouchGateway(const Neighbour& gateway) { changes_.touched.gateways.insert(gateway); }
  // IPv6 hosts choose their routes by it, so that all flows are touched where any route has that gateway.
  void TouchRoutesVia(const Neighbour& gateway);

  // A dump: whatever of its scope was not put between the two calls is gone.
  void BeginRouteDump();
  void EndRouteDump(const RouteFilter& scope);
  void AcceptLinks(const std::vector<Link>& dumped);
  void AcceptAddresses(const std::vector<Address>& dumped);
  // Before the routes, which name them.
  void AcceptNextHops(const std::vector<NextHopObject>& dumped);
  void AcceptRules(const std::vector<Rule>& dumped);
  // Those for which it changes whether they count as failed.
  std::vector<Neighbour> AcceptNeighbours(const DumpedNeighbours& dumped);

  [[nodiscard]] LookupResult Lookup(const LookupQuery& query) const;
  // The same into a result that is used again and again: it allocates nothing.
  void Lookup(const LookupQuery& query, LookupResult& result) const;
  // Whether a packet to the address would be delivered here: on a link, or by any `local` route.
  [[nodiscard]] bool IsLocal(const IpAddress& address, uint32_t oif) const;
  // Whether any route of the table leads to the destination by the leg, whose link is up.
  [[nodiscard]] bool HasWay(TableKey table, const IpAddress& destination, const NextHop& leg) const;
  // Whether the route is still there, through a link that is up.
  [[nodiscard]] bool HasLeg(TableKey table, const Prefix& prefix, uint8_t tos, uint32_t metric,
                            const NextHop& leg, bool any_gateway) const;

  [[nodiscard]] const Links& links() const { return links_; }
  [[nodiscard]] const Addresses& addresses() const { return addresses_; }
  [[nodiscard]] const NextHopObjects& nexthops() const { return nexthops_; }
  [[nodiscard]] const Rules& rules() const { return rules_; }
  [[nodiscard]] const Fib& fib() const { return fib_; }
  [[nodiscard]] const Losses& losses() const { return losses_; }
  [[nodiscard]] const Neighbours& neighbours() const { return neighbours_; }
  // False where the kernel has given up finding the leg's gateway.
  [[nodiscard]] bool IsGatewayReachable(const NextHop& leg) const {
    return !leg.gateway.IsSet() || !neighbours_.HasFailed({leg.oif, leg.gateway});
  }

  // How many changes wait to be taken.
  // Whether there is something that TakeChanges() would give to judge flows by.
  [[nodiscard]] bool HasUntakenChanges() const { return !changes_.touched.IsEmpty(); }
  [[nodiscard]] size_t change_count() const {
    return changes_.links.size() + changes_.addresses.size() + changes_.rules.size() +
           changes_.routes.size() + changes_.omitted_routes;
  }
  // Forgets all routes, by far the most of it, and what waits to be taken.
  void Clear();
  // What changed since the last call.
  MirrorChanges TakeChanges();
  [[nodiscard]] bool HasUnaudited() const { return !unaudited_.empty(); }
  // Links whose routes were inferred to be gone since the last call: worth a look by a fresh dump.
  std::set<uint32_t> TakeUnaudited();

  // When a route of some link runs out next (CLOCK_MONOTONIC, ms), which no message tells; infinity: never.
  [[nodiscard]] double NextExpiry() const;
  // The links whose routes may have run out by then: worth a fresh dump, for a lifetime may have been renewed
  // without a message too.
  std::set<uint32_t> TakeExpired(double now_ms);

 private:
  class TableLookup;

  void RouteChanged(ChangeKind kind, const Route& route);
  // Why the routes through a link go.
  enum class Flush : uint8_t { kLinkDown, kLastAddress, kLinkGone };
  void FlushRoutes(uint32_t ifindex, Family family, Flush why);
  // The legs of multipath routes by a link that is down, or without IPv4, are dead. They live again, IPv4's
  // when the link comes up or has an address (fib_sync_up), IPv6's once it is up with a carrier
  // (addrconf_notify, rt6_sync_up). Legs of later routes are alive.
  void MarkLegs(Family family, uint32_t ifindex, bool are_dead);
  // The next-hop objects of a link go with it or its carrier, and no message tells (docs/kernel.md 9).
  void FlushNextHops(uint32_t ifindex);
  void ResolveNextHop(uint32_t id);
  // The route with the legs of the next-hop object that it names, and with what its legs' flags mean.
  [[nodiscard]] Route Resolved(const Route& route) const;
  void FlushPreferredSource(const Address& address);
  void ClearPreferredSource(const Address& address);
  void NoteExpiry(const Route& route);
  [[nodiscard]] bool IsLegUsable(Family family, const NextHop& leg) const;
  [[nodiscard]] bool IsLegUsable(Family family, const Fib::Entry& entry, const NextHop& leg) const;
  [[nodiscard]] bool IsOwn(const IpAddress& source) const;
  void LookupIpv4(const LookupQuery& query, LookupResult& result) const;
  void LookupIpv4Routes(const LookupQuery& query, LookupResult& result) const;
  // Without a look at the routes: straight out of the link (one of several), or to this very host.
  void TakeAsOnLink(const LookupQuery& query, const std::vector<uint32_t>& links, LookupResult& result) const;
  void TakeAsThisHost(const IpAddress& source, LookupResult& result) const;
  void LookupRules(const LookupQuery& query, LookupResult& result) const;
  [[nodiscard]] bool LookupTable(const LookupQuery& query, const Rule& rule, LookupResult& result) const;
  // The query's, the preferred source of the route, else one of this host's addresses.
  void ChooseSource(const LookupQuery& query, LookupResult& result) const;

  std::function<bool()> pause_;
  Links links_;
  LinkdownPolicy linkdown_;
  Addresses addresses_;
  NextHopObjects nexthops_;
  Rules rules_;
  Fib fib_;
  Losses losses_;
  Neighbours neighbours_;
  bool forwards_ipv6_ = false;
  double now_ms_ = 0;
  MirrorChanges changes_;
  std::set<uint32_t> unaudited_;
  std::map<uint32_t, double> expiries_;  // by link: when the first of its routes runs out
};

}  // namespace roamkit
