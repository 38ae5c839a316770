// IP addresses and prefixes of both families, in one shape.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace roamkit {

enum class Family : uint8_t { kNone = 0, kV4 = 4, kV6 = 6 };

// An address as bits, left-aligned: IPv4 takes the upper 32. So one prefix trie serves both families.
struct AddressBits {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const AddressBits&) const = default;

  [[nodiscard]] bool Bit(unsigned index) const {
    return ((index < 64 ? high >> (63 - index) : low >> (127 - index)) & 1) != 0;
  }
  // `count` bits (up to 32) from the index on, as a number; behind the last there are zeros.
  [[nodiscard]] unsigned Field(unsigned index, unsigned count) const {
    if (index + count <= 64) return static_cast<unsigned>(high << index >> (64 - count));
    uint64_t bits = index < 64 ? high << index : index < 128 ? low << (index - 64) : 0;
    if (index < 64) bits |= low >> (64 - index);
    return static_cast<unsigned>(bits >> (64 - count));
  }
  // With that number in the `count` bits from the index on, which were zero.
  [[nodiscard]] AddressBits With(unsigned index, unsigned count, unsigned number) const {
    const uint64_t bits = uint64_t{number} << (64 - count);
    if (index >= 64) return {high, low | bits >> (index - 64)};
    return {high | bits >> index, index == 0 ? low : low | bits << (64 - index)};
  }
  // The last address that shares the first `length` bits.
  [[nodiscard]] AddressBits Filled(unsigned length) const {
    const AddressBits mask = AddressBits{~uint64_t{0}, ~uint64_t{0}}.Masked(length);
    return {high | ~mask.high, low | ~mask.low};
  }
  // The first `length` bits; the rest zero.
  [[nodiscard]] AddressBits Masked(unsigned length) const {
    if (length == 0) return {};
    if (length <= 64) return {high & (~uint64_t{0} << (64 - length)), 0};
    return length >= 128 ? *this : AddressBits{high, low & (~uint64_t{0} << (128 - length))};
  }
  // How many leading bits two addresses share: 0 to 128.
  [[nodiscard]] unsigned CommonLength(const AddressBits& other) const {
    if (high != other.high) return static_cast<unsigned>(std::countl_zero(high ^ other.high));
    return 64 + static_cast<unsigned>(std::countl_zero(low ^ other.low));
  }
};

// The eight bytes at `bytes` as a number, the first the most significant.
inline uint64_t LoadBigEndian(const uint8_t* bytes) {
  uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof(value));
  if constexpr (std::endian::native != std::endian::big) value = __builtin_bswap64(value);
  return value;
}

inline void StoreBigEndian(uint64_t value, uint8_t* bytes) {
  if constexpr (std::endian::native != std::endian::big) value = __builtin_bswap64(value);
  std::memcpy(bytes, &value, sizeof(value));
}

struct IpAddress {
  Family family = Family::kNone;
  std::array<uint8_t, 16> bytes{};  // network order; IPv4 in the first four

  // As the members would be compared one by one, in two words instead of a call.
  bool operator==(const IpAddress& other) const { return family == other.family && Bits() == other.Bits(); }
  std::strong_ordering operator<=>(const IpAddress& other) const {
    return family != other.family ? family <=> other.family : Bits() <=> other.Bits();
  }

  [[nodiscard]] bool IsSet() const { return family != Family::kNone; }
  // 127.0.0.0/8, ::1
  [[nodiscard]] bool IsLoopback() const {
    if (family == Family::kV4) return bytes[0] == 127;
    return family == Family::kV6 && Bits() == AddressBits{0, 1};
  }
  // 169.254.0.0/16, fe80::/10
  [[nodiscard]] bool IsLinkLocal() const {
    if (family == Family::kV4) return bytes[0] == 169 && bytes[1] == 254;
    return family == Family::kV6 && bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80;
  }
  [[nodiscard]] bool IsMulticast() const {
    if (family == Family::kV4) return (bytes[0] & 0xF0) == 0xE0;
    return family == Family::kV6 && bytes[0] == 0xFF;
  }
  // 224.0.0.0/24, which no router passes on
  [[nodiscard]] bool IsLocalMulticast() const {
    return family == Family::kV4 && bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0;
  }
  // 255.255.255.255
  [[nodiscard]] bool IsLimitedBroadcast() const {
    return family == Family::kV4 && Bits().high >> 32 == 0xFFFFFFFF;
  }
  // 0.0.0.0, ::
  [[nodiscard]] bool IsUnspecified() const { return IsSet() && Bits() == AddressBits{}; }
  [[nodiscard]] AddressBits Bits() const {
    return {LoadBigEndian(bytes.data()), LoadBigEndian(bytes.data() + 8)};
  }
  [[nodiscard]] std::string Text() const;  // canonical (RFC 5952); "" where not set

  // 4 or 16 bytes in network order; nullopt for any other size.
  static std::optional<IpAddress> FromBytes(std::span<const uint8_t> raw) {
    std::optional<IpAddress> address;
    if (raw.size() == 4) {
      address.emplace().family = Family::kV4;
      std::memcpy(address->bytes.data(), raw.data(), 4);
    } else if (raw.size() == 16) {
      address.emplace().family = Family::kV6;
      std::memcpy(address->bytes.data(), raw.data(), 16);
    }
    return address;
  }
  static IpAddress FromBits(Family family, const AddressBits& bits) {
    IpAddress address{family, {}};
    StoreBigEndian(bits.high, address.bytes.data());
    StoreBigEndian(bits.low, address.bytes.data() + 8);
    return address;
  }
  static std::optional<IpAddress> Parse(std::string_view text);
  static IpAddress Any(Family family) { return {family, {}}; }
};

// The number of bits in an address of the family.
constexpr unsigned AddressLength(Family family) {
  return family == Family::kV4 ? 32 : 128;
}

struct Prefix {
  IpAddress address;
  uint8_t length = 0;

  auto operator<=>(const Prefix&) const = default;

  [[nodiscard]] bool Contains(const IpAddress& other) const {
    return address.family == other.family && address.Bits().CommonLength(other.Bits()) >= length;
  }
  [[nodiscard]] std::string Text() const;  // "192.0.2.0/24"
  static Prefix Host(const IpAddress& address) {
    return {address, static_cast<uint8_t>(AddressLength(address.family))};
  }
  static Prefix All(Family family) { return {IpAddress::Any(family), 0}; }
};

struct IpAddressHash {
  size_t operator()(const IpAddress& address) const {
    const AddressBits bits = address.Bits();
    return std::hash<uint64_t>{}(bits.high * 0x9E3779B97F4A7C15ULL ^ bits.low);
  }
};

}  // namespace roamkit
