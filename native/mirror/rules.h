// The policy-routing rules, in the order in which the kernel tries them.
#pragma once

#include <vector>

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

struct RuleMatch {
  bool matches;
  // Whether the rule looks at something that the query does not tell.
  bool is_certain;
};

// Whether a rule applies to a locally made packet. What the query does not tell counts as its default (mark
// 0, no uid).
RuleMatch MatchRule(const Rule& rule, const LookupQuery& query, const std::string& oif_name);

}  // namespace roamkit
