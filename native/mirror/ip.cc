#include "mirror/ip.h"

#include <arpa/inet.h>

namespace roamkit {

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
