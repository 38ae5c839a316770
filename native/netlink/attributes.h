// Netlink attributes, parsed by a table: what is not in the table is skipped, what has a wrong length is
// refused.
#pragma once

#include <linux/netlink.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>

namespace roamkit {

using Bytes = std::span<const uint8_t>;

struct AttributePolicy {
  uint16_t type;
  uint16_t shortest;
  uint16_t longest;
};

class Attributes {
 public:
  // nullopt when an attribute overruns the data or breaks its policy.
  static std::optional<Attributes> Parse(Bytes data, std::span<const AttributePolicy> policy);

  [[nodiscard]] bool Has(uint16_t type) const { return type < kMost && values_[type].data() != nullptr; }
  // Whether there was one that the policy does not list.
  [[nodiscard]] bool HasUnlisted() const { return has_unlisted_; }
  [[nodiscard]] Bytes Raw(uint16_t type) const { return Has(type) ? values_[type] : Bytes{}; }

  // The policy has made sure that it is long enough.
  template <typename T>
  [[nodiscard]] std::optional<T> Read(uint16_t type) const {
    if (!Has(type) || values_[type].size() < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, values_[type].data(), sizeof(T));
    return value;
  }
  // Up to the first NUL.
  [[nodiscard]] std::string Text(uint16_t type) const;

 private:
  static constexpr uint16_t kMost = 64;
  std::array<Bytes, kMost> values_{};
  bool has_unlisted_ = false;
};

// The fixed struct at the start of a payload, or nullopt where that is too short.
template <typename Header>
std::optional<Header> ReadHeader(Bytes payload) {
  if (payload.size() < sizeof(Header)) return std::nullopt;
  Header header;
  std::memcpy(&header, payload.data(), sizeof(Header));
  return header;
}

// What follows the fixed struct, aligned as netlink does.
template <typename Header>
Bytes AfterHeader(Bytes payload) {
  const size_t offset = NLMSG_ALIGN(sizeof(Header));
  return offset >= payload.size() ? Bytes{} : payload.subspan(offset);
}

}  // namespace roamkit
