#include "mirror/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>

namespace roamkit {

namespace {

uint64_t LoadBigEndian(const uint8_t* bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | bytes[i];
  return value;
}

void StoreBigEndian(uint64_t value, uint8_t* bytes) {
  for (int i = 7; i >= 0; --i, value >>= 8) bytes[i] = static_cast<uint8_t>(value & 0xFF);
}

}  // namespace

AddressBits AddressBits::Masked(unsigned length) const {
  if (length == 0) return {};
  if (length <= 64) return {high & (~uint64_t{0} << (64 - length)), 0};
  if (length >= 128) return *this;
  return {high, low & (~uint64_t{0} << (128 - length))};
}

unsigned AddressBits::CommonLength(const AddressBits& other) const {
  if (high != other.high) return static_cast<unsigned>(std::countl_zero(high ^ other.high));
  return 64 + static_cast<unsigned>(std::countl_zero(low ^ other.low));
}

bool IpAddress::IsLoopback() const {
  if (family == Family::kV4) return bytes[0] == 127;
  const AddressBits bits = Bits();
  return family == Family::kV6 && bits.high == 0 && bits.low == 1;
}

bool IpAddress::IsLinkLocal() const {
  if (family == Family::kV4) return bytes[0] == 169 && bytes[1] == 254;
  return family == Family::kV6 && bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80;
}

bool IpAddress::IsMulticast() const {
  if (family == Family::kV4) return (bytes[0] & 0xF0) == 0xE0;
  return family == Family::kV6 && bytes[0] == 0xFF;
}

bool IpAddress::IsLocalMulticast() const {
  return family == Family::kV4 && bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0;
}

bool IpAddress::IsLimitedBroadcast() const {
  return family == Family::kV4 && Bits().high >> 32 == 0xFFFFFFFF;
}

bool IpAddress::IsUnspecified() const {
  return IsSet() && Bits() == AddressBits{};
}

AddressBits IpAddress::Bits() const {
  return {LoadBigEndian(bytes.data()), LoadBigEndian(bytes.data() + 8)};
}

std::string IpAddress::Text() const {
  if (!IsSet()) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family == Family::kV4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

std::optional<IpAddress> IpAddress::FromBytes(std::span<const uint8_t> raw) {
  if (raw.size() != 4 && raw.size() != 16) return std::nullopt;
  IpAddress address;
  address.family = raw.size() == 4 ? Family::kV4 : Family::kV6;
  std::copy(raw.begin(), raw.end(), address.bytes.begin());
  return address;
}

IpAddress IpAddress::FromBits(Family family, const AddressBits& bits) {
  IpAddress address;
  address.family = family;
  StoreBigEndian(bits.high, address.bytes.data());
  StoreBigEndian(bits.low, address.bytes.data() + 8);
  return address;
}

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::string terminated(text);
  IpAddress address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
    address.family = Family::kV4;
    return address;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
    address.family = Family::kV6;
    return address;
  }
  return std::nullopt;
}

bool Prefix::Contains(const IpAddress& other) const {
  return address.family == other.family && address.Bits().CommonLength(other.Bits()) >= length;
}

std::string Prefix::Text() const {
  return address.Text() + "/" + std::to_string(length);
}

}  // namespace roamkit
