#include "mirror/ip.h"

#include <arpa/inet.h>

namespace roamkit {

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

std::string IpAddress::Text() const {
  if (!IsSet()) return {};
  if (family == Family::kV6) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
    return text.data();
  }
  // inet_ntop() prints by format, which takes longer than to look a route up.
  std::string text = std::to_string(bytes[0]);
  for (size_t index = 1; index < 4; ++index) {
    text += '.';
    text += std::to_string(bytes[index]);
  }
  return text;
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

std::string Prefix::Text() const {
  return address.Text() + "/" + std::to_string(length);
}

}  // namespace roamkit
