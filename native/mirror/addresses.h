// The addresses of all links. The same address may be on several (docs/kernel.md 16).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "mirror/types.h"

namespace roamkit {

class Addresses {
 public:
  // The entry with the same key, or nullptr.
  [[nodiscard]] const Address* Find(const Address& key) const;
  // A link's addresses, in the order in which the kernel holds them.
  [[nodiscard]] const std::vector<Address>& OfLink(uint32_t ifindex) const;
  // The links that have the address.
  [[nodiscard]] const std::vector<uint32_t>& OwnersOf(const IpAddress& address) const;
  [[nodiscard]] bool HasAny(uint32_t ifindex, Family family) const;
  [[nodiscard]] const std::map<uint32_t, std::vector<Address>>& all() const { return by_link_; }
  [[nodiscard]] size_t size() const { return size_; }

  void Put(const Address& address);
  // Puts the addresses into the order of a dump, which has exactly the same.
  void TakeOrder(const std::vector<Address>& dumped);
  void Erase(const Address& key);

 private:
  std::map<uint32_t, std::vector<Address>> by_link_;
  std::map<IpAddress, std::vector<uint32_t>> owners_;
  size_t size_ = 0;
};

}  // namespace roamkit
