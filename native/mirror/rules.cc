#include "mirror/rules.h"

#include <unistd.h>

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

// All selectors of a rule together: one that says no is enough; where none does, one that the query does not
// tell makes the answer a guess.
class Selectors {
 public:
  void Require(bool holds) { is_ruled_out_ = is_ruled_out_ || !holds; }

  template <typename Value, typename Test>
  void Ask(const std::optional<Value>& told, Value untold, Test test) {
    const bool holds = test(told.value_or(untold));
    if (told)
      Require(holds);
    else
      Guess(holds);
  }

  void Guess(bool holds) {
    is_guess_ = true;
    guess_ = guess_ && holds;
  }

  [[nodiscard]] bool IsRuledOut() const { return is_ruled_out_; }
  // The kernel inverts the outcome of all selectors, not each (fib_rule_match).
  [[nodiscard]] RuleMatch Match(bool is_inverted) const {
    if (is_ruled_out_) return {is_inverted, true};
    return {guess_ != is_inverted, !is_guess_};
  }

 private:
  bool is_ruled_out_ = false;
  bool is_guess_ = false;
  bool guess_ = true;
};

// Not told, IPv4 compares with 0.0.0.0, and IPv6 with nothing (fib4_rule_match, fib6_rule_match).
bool IsFrom(const Prefix& from, const IpAddress& source) {
  if (source.IsSet()) return from.Contains(source);
  return from.address.family == Family::kV4 && from.Contains(IpAddress::Any(Family::kV4));
}

void AskL3mdev(Selectors& selectors, const LookupQuery& query, const Links& links) {
  if (!links.HasVrf()) {
    selectors.Require(false);
  } else if (query.oif != 0 && !links.IsInVrf(query.oif)) {
    selectors.Require(false);
  } else {
    // Which table is the VRF's the mirror does not know; and a socket may be bound to one without a word to
    // its owner (`ip vrf exec`).
    selectors.Guess(false);
  }
}

}  // namespace

uint8_t MatchedTos(Family family, uint8_t tos) {
  constexpr uint8_t kLegacyTosMask = 0x1C;
  constexpr uint8_t kDscpMask = 0xFC;
  return tos & (family == Family::kV4 ? kLegacyTosMask : kDscpMask);
}

RuleMatch MatchRule(const Rule& rule, const LookupQuery& query, const Links& links) {
  Selectors selectors;
  if (rule.from.length > 0) selectors.Require(IsFrom(rule.from, query.source));
  if (rule.to.length > 0) selectors.Require(rule.to.Contains(query.destination));
  // What is sent from this host comes in by no link; the kernel lets it match the loopback's name
  // (fib_rules.c).
  if (!rule.iif.empty()) selectors.Require(rule.iif == "lo");
  if (!rule.oif.empty()) {
    const Link* link = links.Find(query.oif);
    selectors.Require(link != nullptr && rule.oif == link->name);
  }
  if (selectors.IsRuledOut()) return selectors.Match(rule.is_inverted);
  if (rule.tos != 0) {
    selectors.Ask(query.tos, uint8_t{0},
                  [&](uint8_t tos) { return MatchedTos(rule.family, tos) == rule.tos; });
  }
  if (rule.fwmark) {
    const auto [mark, mask] = *rule.fwmark;
    selectors.Ask(query.mark, uint32_t{0}, [&](uint32_t told) { return ((told ^ mark) & mask) == 0; });
  }
  if (rule.uids) {
    selectors.Ask(query.uid, uint32_t{getuid()},
                  [&](uint32_t uid) { return uid >= rule.uids->first && uid <= rule.uids->last; });
  }
  if (rule.ip_protocol) {
    constexpr uint8_t kUdp = 17;
    selectors.Ask(query.protocol, rule.family == Family::kV4 ? kUdp : uint8_t{0},
                  [&](uint8_t protocol) { return protocol == *rule.ip_protocol; });
  }
  if (rule.source_ports) {
    selectors.Ask(query.source_port, uint16_t{0},
                  [&](uint16_t port) { return InRange(port, *rule.source_ports); });
  }
  if (rule.destination_ports) {
    selectors.Ask(query.destination_port, uint16_t{0},
                  [&](uint16_t port) { return InRange(port, *rule.destination_ports); });
  }
  if (rule.is_l3mdev) AskL3mdev(selectors, query, links);
  if (rule.has_unknown_selector) selectors.Guess(false);
  return selectors.Match(rule.is_inverted);
}

}  // namespace roamkit
