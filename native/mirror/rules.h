// The policy-routing rules, in the order in which the kernel tries them.
#pragma once

#include <vector>

#include "mirror/links.h"
#include "mirror/lookup.h"
#include "mirror/types.h"

namespace roamkit {

class Rules {
 public:
  [[nodiscard]] bool Has(const Rule& rule) const;
  // After those with the same or a lower priority, as the kernel does.
  void Insert(const Rule& rule);
  // False where there was none.
  bool Erase(const Rule& rule);
  [[nodiscard]] const std::vector<Rule>& OfFamily(Family family) const {
    return family == Family::kV4 ? v4_ : v6_;
  }
  [[nodiscard]] size_t size() const { return v4_.size() + v6_.size(); }

 private:
  std::vector<Rule>& MutableOfFamily(Family family) { return family == Family::kV4 ? v4_ : v6_; }
  std::vector<Rule> v4_;
  std::vector<Rule> v6_;
};

// The part of a packet's TOS or traffic class that rules and routes are compared with: IPv4 ignores the upper
// three bits (fib_dscp_masked_match), and neither looks at the ECN bits.
uint8_t MatchedTos(Family family, uint8_t tos);

struct RuleMatch {
  bool matches;
  // Whether the rule looks at something that the query does not tell.
  bool is_certain;
};

// Whether a rule applies to a locally made packet. What the query does not tell counts as what the kernel
// takes when it is not told (inet_rtm_getroute, inet6_rtm_getroute): mark 0, tos 0, no ports, the asker's
// uid, and for IPv4 UDP.
RuleMatch MatchRule(const Rule& rule, const LookupQuery& query, const Links& links);

}  // namespace roamkit
