#include "mirror/rules.h"

#include <algorithm>

namespace roamkit {

bool Rules::Has(const Rule& rule) const {
  const std::vector<Rule>& rules = OfFamily(rule.family);
  return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

void Rules::Insert(const Rule& rule) {
  std::vector<Rule>& rules = MutableOfFamily(rule.family);
  const auto place =
      std::upper_bound(rules.begin(), rules.end(), rule.priority,
                       [](uint32_t priority, const Rule& other) { return priority < other.priority; });
  rules.insert(place, rule);
}

bool Rules::Erase(const Rule& rule) {
  std::vector<Rule>& rules = MutableOfFamily(rule.family);
  const auto found = std::find(rules.begin(), rules.end(), rule);
  if (found == rules.end()) return false;
  rules.erase(found);
  return true;
}

namespace {

bool InRange(uint16_t port, const PortRange& range) {
  return port >= range.first && port <= range.last;
}

// A selector that the query may or may not tell about.
template <typename Value, typename Test>
void Check(RuleMatch& match, const std::optional<Value>& told, Test test) {
  if (!told) match.is_certain = false;
  match.matches = match.matches && told && test(*told);
}

}  // namespace

RuleMatch MatchRule(const Rule& rule, const LookupQuery& query, const std::string& oif_name) {
  RuleMatch match{true, true};
  if (rule.from.length > 0) match.matches = query.source.IsSet() && rule.from.Contains(query.source);
  if (rule.to.length > 0) match.matches = match.matches && rule.to.Contains(query.destination);
  // What is sent from this host comes in by no link; the kernel lets it match the loopback's name
  // (fib_rules.c).
  if (!rule.iif.empty()) match.matches = match.matches && rule.iif == "lo";
  if (!rule.oif.empty()) match.matches = match.matches && rule.oif == oif_name;
  if (rule.tos != 0) match.matches = match.matches && rule.tos == query.tos;
  if (!match.matches) return {rule.is_inverted, true};
  if (rule.fwmark) {
    const auto [mark, mask] = *rule.fwmark;
    if (!query.mark) match.is_certain = false;
    match.matches = (query.mark.value_or(0) & mask) == (mark & mask);
  }
  if (rule.uids) {
    Check(match, query.uid, [&](uint32_t uid) { return uid >= rule.uids->first && uid <= rule.uids->last; });
  }
  if (rule.ip_protocol)
    Check(match, query.protocol, [&](uint8_t protocol) { return protocol == *rule.ip_protocol; });
  if (rule.source_ports) {
    Check(match, query.source_port, [&](uint16_t port) { return InRange(port, *rule.source_ports); });
  }
  if (rule.destination_ports) {
    Check(match, query.destination_port,
          [&](uint16_t port) { return InRange(port, *rule.destination_ports); });
  }
  if (rule.is_l3mdev) match = {false, false};
  if (rule.is_inverted) match.matches = !match.matches;
  return match;
}

}  // namespace roamkit
