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

// Attribute types from here on are nobody's.
constexpr uint16_t kAttributeTypes = 64;

// Policies by type, for they are looked up for each attribute of a million messages.
class AttributePolicies {
 public:
  template <size_t count>
  constexpr AttributePolicies(const AttributePolicy (&policies)[count]) {
    for (const AttributePolicy& policy : policies)
      by_type_[policy.type] = {true, policy.shortest, policy.longest};
  }
  [[nodiscard]] constexpr bool Has(uint16_t type) const {
    return type < kAttributeTypes && by_type_[type].is_known;
  }
  [[nodiscard]] constexpr bool Fits(uint16_t type, size_t length) const {
    return length >= by_type_[type].shortest && length <= by_type_[type].longest;
  }

 private:
  struct Lengths {
    bool is_known = false;
    uint16_t shortest = 0;
    uint16_t longest = 0;
  };
  std::array<Lengths, kAttributeTypes> by_type_{};
};

class Attributes {
 public:
  explicit Attributes(Bytes data) : data_(data) {}
  // nullopt when an attribute overruns the data or breaks its policy.
  static std::optional<Attributes> Parse(Bytes data, const AttributePolicies& policies);

  [[nodiscard]] bool Has(uint16_t type) const { return (present_ >> type & 1) != 0; }
  // Whether there was one that the policy does not list.
  [[nodiscard]] bool HasUnlisted() const { return has_unlisted_; }
  [[nodiscard]] Bytes Raw(uint16_t type) const {
    return Has(type) ? data_.subspan(places_[type].offset, places_[type].length) : Bytes{};
  }

  // The policy has made sure that it is long enough.
  template <typename T>
  [[nodiscard]] std::optional<T> Read(uint16_t type) const {
    const Bytes raw = Raw(type);
    if (raw.size() < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }
  // Up to the first NUL.
  [[nodiscard]] std::string Text(uint16_t type) const;

 private:
  struct Place {
    uint32_t offset;
    uint32_t length;
  };

  Bytes data_;
  uint64_t present_ = 0;                       // a bit per type
  std::array<Place, kAttributeTypes> places_;  // of those present; the others are left as they are
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
