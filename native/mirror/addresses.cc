#include "mirror/addresses.h"

#include <algorithm>
#include <utility>

namespace roamkit {

namespace {

// Where the kernel puts a new address of a link. IPv4: primaries by falling scope, a new one last of its
// scope, then the secondaries (__inet_insert_ifa). IPv6: by rising scope, a new one first of its scope
// (ipv6_link_dev_addr).
std::vector<Address>::iterator PlaceFor(const Address& address, std::vector<Address>& addresses) {
  if (address.address.family == Family::kV6) {
    return std::find_if(addresses.begin(), addresses.end(), [&](const Address& other) {
      return other.address.family == Family::kV6 && other.scope >= address.scope;
    });
  }
  if (address.is_secondary) return addresses.end();
  const auto last = std::find_if(addresses.rbegin(), addresses.rend(), [&](const Address& other) {
    return other.address.family == Family::kV4 && !other.is_secondary && other.scope >= address.scope;
  });
  return last.base();
}

}  // namespace

const Address* Addresses::Find(const Address& key) const {
  for (const Address& address : OfLink(key.ifindex)) {
    if (address.HasSameKey(key)) return &address;
  }
  return nullptr;
}

const std::vector<Address>& Addresses::OfLink(uint32_t ifindex) const {
  static const std::vector<Address> kNone;
  const auto found = by_link_.find(ifindex);
  return found == by_link_.end() ? kNone : found->second;
}

const std::vector<uint32_t>& Addresses::OwnersOf(const IpAddress& address) const {
  static const std::vector<uint32_t> kNone;
  const auto found = owners_.find(address);
  return found == owners_.end() ? kNone : found->second;
}

bool Addresses::HasAny(uint32_t ifindex, Family family) const {
  const std::vector<Address>& addresses = OfLink(ifindex);
  return std::any_of(addresses.begin(), addresses.end(),
                     [family](const Address& address) { return address.address.family == family; });
}

void Addresses::Put(const Address& address) {
  std::vector<Address>& addresses = by_link_[address.ifindex];
  const auto known = std::find_if(addresses.begin(), addresses.end(),
                                  [&](const Address& other) { return other.HasSameKey(address); });
  if (known != addresses.end()) {
    if (known->is_secondary == address.is_secondary) {
      *known = address;
    } else {
      // A promoted address goes where a new one would (__inet_del_ifa).
      addresses.erase(known);
      addresses.insert(PlaceFor(address, addresses), address);
    }
    return;
  }
  addresses.insert(PlaceFor(address, addresses), address);
  owners_[address.address].push_back(address.ifindex);
  ++size_;
}

void Addresses::TakeOrder(const std::vector<Address>& dumped) {
  std::map<uint32_t, std::vector<Address>> ordered;
  for (const Address& address : dumped) {
    std::vector<Address>& addresses = ordered[address.ifindex];
    const bool is_repeated = std::any_of(addresses.begin(), addresses.end(),
                                         [&](const Address& other) { return other.HasSameKey(address); });
    if (!is_repeated) addresses.push_back(address);
  }
  by_link_ = std::move(ordered);
}

void Addresses::Erase(const Address& key) {
  const auto link = by_link_.find(key.ifindex);
  if (link == by_link_.end()) return;
  const auto removed =
      std::erase_if(link->second, [&](const Address& address) { return address.HasSameKey(key); });
  if (removed == 0) return;
  --size_;
  if (link->second.empty()) by_link_.erase(link);
  const auto owners = owners_.find(key.address);
  // One entry of this link only: it may hold the address with another prefix length too.
  owners->second.erase(std::find(owners->second.begin(), owners->second.end(), key.ifindex));
  if (owners->second.empty()) owners_.erase(owners);
}

}  // namespace roamkit
