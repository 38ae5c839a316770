#include "mirror/addresses.h"

#include <algorithm>

namespace roamkit {

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
  for (Address& known : addresses) {
    if (!known.HasSameKey(address)) continue;
    known = address;
    return;
  }
  addresses.push_back(address);
  owners_[address.address].push_back(address.ifindex);
  ++size_;
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
