#include "mirror/source_selection.h"

#include <algorithm>
#include <array>
#include <compare>

namespace roamkit {

namespace {

// An address of no subnet of its own to be borrowed by a link that has none (in_dev_select_addr).
const Address* BorrowableOf(const std::vector<Address>& addresses, Scope scope) {
  const auto found = std::find_if(addresses.begin(), addresses.end(), [&](const Address& address) {
    return address.address.family == Family::kV4 && !address.is_secondary && address.scope != Scope::kLink &&
           address.scope <= scope;
  });
  return found == addresses.end() ? nullptr : &*found;
}

// A WireGuard or PPP link often has no address of its own. The kernel asks the links in the order in which
// they were made, the loopback first; of that order the mirror knows only the beginning.
SourceChoice BorrowIpv4Source(const Addresses& addresses, Scope scope) {
  SourceChoice choice;
  for (const auto& [ifindex, of_link] : addresses.all()) {
    const Address* address = BorrowableOf(of_link, scope);
    if (address == nullptr) continue;
    if (choice.address.IsSet()) {
      choice.is_certain = false;
      return choice;
    }
    choice.address = address->address;
    constexpr uint32_t kLoopbackIndex = 1;
    if (ifindex == kLoopbackIndex) return choice;
  }
  return choice;
}

// How far an IPv6 address reaches (RFC 4291 section 2.7; ipv6_addr_type). The loopback counts as link-local
// (RFC 4007 section 4).
int ReachOf(const IpAddress& address) {
  constexpr int kUnspecified = -1;
  constexpr int kLink = 2;
  constexpr int kSite = 5;
  constexpr int kGlobal = 14;
  if (address.IsUnspecified()) return kUnspecified;
  if (address.IsMulticast()) return address.bytes[1] & 0x0F;
  if (address.IsLinkLocal() || address.IsLoopback()) return kLink;
  const bool is_site_local = address.bytes[0] == 0xFE && (address.bytes[1] & 0xC0) == 0xC0;
  return is_site_local ? kSite : kGlobal;
}

struct LabelledPrefix {
  AddressBits bits;
  unsigned length;
  int label;
};

// The kernel's table of labels (RFC 6724 section 2.1; ip6addrlbl_init_table), longest prefixes first.
// `ip addrlabel` can change it, which nobody does.
constexpr LabelledPrefix kLabels[] = {
    {{0, 1}, 128, 0},                   // ::1
    {{0, 0x0000FFFF00000000}, 96, 4},   // ::ffff:0:0/96
    {{0, 0}, 96, 3},                    // ::/96
    {{0x2001000000000000, 0}, 32, 6},   // 2001::/32
    {{0x2001001000000000, 0}, 28, 7},   // 2001:10::/28
    {{0x2002000000000000, 0}, 16, 2},   // 2002::/16
    {{0x3FFE000000000000, 0}, 16, 12},  // 3ffe::/16
    {{0xFEC0000000000000, 0}, 10, 11},  // fec0::/10
    {{0xFC00000000000000, 0}, 7, 5},    // fc00::/7
    {{0, 0}, 0, 1},
};

int LabelOf(const IpAddress& address) {
  const AddressBits bits = address.Bits();
  for (const LabelledPrefix& entry : kLabels) {
    if (bits.CommonLength(entry.bits) >= entry.length) return entry.label;
  }
  return 1;
}

// What RFC 6724's rules say of a candidate, in their order; the greater the better.
struct Score {
  int is_destination;  // rule 1
  int reach;           // rule 2: the smallest that is enough, else the largest
  int is_preferred;    // rule 3
  int is_home;         // rule 5
  int has_same_label;  // rule 6
  int is_temporary;    // rule 7
  int common_length;   // rule 8
  auto operator<=>(const Score&) const = default;
};

class Ipv6Selection {
 public:
  Ipv6Selection(uint32_t oif, const IpAddress& destination)
      : oif_(oif), destination_(destination), reach_(ReachOf(destination)), label_(LabelOf(destination)) {}

  // The one that came first stays where two are alike.
  void Consider(const std::vector<Address>& addresses) {
    for (const Address& address : addresses) {
      if (address.address.family != Family::kV6 || !address.IsUsable()) continue;
      const Score score = ScoreOf(address);
      if (best_ == nullptr || score > best_score_) {
        is_close_ = best_ != nullptr && IsClose(score, best_score_);
        best_ = &address;
        best_score_ = score;
      } else if (score == best_score_ ? address.ifindex != best_->ifindex : IsClose(score, best_score_)) {
        is_close_ = true;
      }
    }
  }

  // Destinations that reach no further than the link take an address of the link (RFC 6724 section 4).
  [[nodiscard]] bool IsConfinedToLink() const {
    constexpr int kLink = 2;
    return destination_.IsMulticast() || reach_ <= kLink;
  }

  // Whether no other link's address can be better, unless it is the destination itself.
  [[nodiscard]] bool IsSettled() const {
    return best_ != nullptr && best_score_.is_home == 1 && best_score_.is_preferred == 1 &&
           best_score_.reach == -reach_;
  }

  [[nodiscard]] SourceChoice choice() const {
    if (best_ == nullptr) return {};
    return {best_->address, !is_close_};
  }

 private:
  [[nodiscard]] Score ScoreOf(const Address& address) const {
    const int reach = ReachOf(address.address);
    constexpr int kMoreThanAnyReach = 128;
    const unsigned common =
        std::min<unsigned>(address.address.Bits().CommonLength(destination_.Bits()), address.prefix_length);
    return {address.address == destination_,
            reach >= reach_ ? -reach : reach - kMoreThanAnyReach,
            !address.is_deprecated,
            address.ifindex == oif_,
            LabelOf(address.address) == label_,
            address.is_secondary,
            static_cast<int>(common)};
  }

  // Whether only rule 7 (net.ipv6.conf.*.use_tempaddr says which way) and what comes after it tell them
  // apart.
  static bool IsClose(Score a, Score b) {
    if (a.is_temporary == b.is_temporary) return false;
    a.is_temporary = b.is_temporary;
    a.common_length = b.common_length;
    return a == b;
  }

  const uint32_t oif_;
  const IpAddress& destination_;
  const int reach_;
  const int label_;
  const Address* best_ = nullptr;
  Score best_score_{};
  bool is_close_ = false;
};

}  // namespace

SourceChoice SelectIpv4Source(const Addresses& addresses, uint32_t oif, const IpAddress& gateway,
                              Scope scope) {
  const bool has_gateway = gateway.family == Family::kV4;
  const Address* first = nullptr;
  for (const Address& address : addresses.OfLink(oif)) {
    if (address.address.family != Family::kV4 || address.is_secondary || address.scope > scope) continue;
    const IpAddress& subnet = address.peer.IsSet() ? address.peer : address.address;
    if (!has_gateway || Prefix{subnet, address.prefix_length}.Contains(gateway)) return {address.address};
    if (first == nullptr) first = &address;
  }
  return first == nullptr ? BorrowIpv4Source(addresses, scope) : SourceChoice{first->address};
}

SourceChoice SelectIpv6Source(const Addresses& addresses, uint32_t oif, const IpAddress& destination) {
  Ipv6Selection selection(oif, destination);
  selection.Consider(addresses.OfLink(oif));
  const bool is_enough =
      selection.IsConfinedToLink() || (selection.IsSettled() && addresses.OwnersOf(destination).empty());
  if (is_enough) return selection.choice();
  for (const auto& [ifindex, of_link] : addresses.all()) {
    if (ifindex != oif) selection.Consider(of_link);
  }
  return selection.choice();
}

}  // namespace roamkit
