#include "netlink/portal_option.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>

namespace roamkit {

namespace {

constexpr AttributePolicies kOptionPolicy({{NDUSEROPT_SRCADDR, 16, 16}});

constexpr uint8_t kRouterAdvertisement = 134;  // ICMPv6 type, RFC 4861 section 4.2
constexpr uint8_t kCaptivePortal = 37;         // neighbour discovery option, RFC 8910 section 2.3

// Type and length of an option; the length counts units of eight bytes (RFC 4861 section 4.6). So an option's
// value has 2,038 bytes at most.
constexpr size_t kOptionHeaderBytes = 2;
constexpr size_t kOptionUnitBytes = 8;

// Letters, digits, and what RFC 3986 section 3.1 allows besides.
bool IsScheme(Bytes text) {
  const auto is_letter = [](uint8_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](uint8_t c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

// The option's value without its padding, where that is a URI: printable ASCII without spaces (RFC 3986
// section 2; anything else is percent-encoded there), a scheme first.
bool ReadUri(Bytes value, std::string& uri) {
  const Bytes text =
      value.first(static_cast<size_t>(std::find(value.begin(), value.end(), 0) - value.begin()));
  const Bytes padding = value.subspan(text.size());
  if (std::any_of(padding.begin(), padding.end(), [](uint8_t c) { return c != 0; })) return false;
  if (std::any_of(text.begin(), text.end(), [](uint8_t c) { return c <= ' ' || c > '~'; })) return false;
  const auto colon = std::find(text.begin(), text.end(), ':');
  if (colon == text.end() || !IsScheme(text.first(static_cast<size_t>(colon - text.begin())))) return false;
  uri.assign(text.begin(), text.end());
  return true;
}

}  // namespace

Decoded DecodePortalOption(Bytes payload, PortalOption& option) {
  const std::optional<nduseroptmsg> header = ReadHeader<nduseroptmsg>(payload);
  if (!header) return Decoded::kMalformed;
  if (header->nduseropt_family != AF_INET6 || header->nduseropt_icmp_type != kRouterAdvertisement)
    return Decoded::kIgnored;
  const size_t length = header->nduseropt_opts_len;
  const Bytes rest = payload.subspan(sizeof(nduseroptmsg));
  if (length > rest.size()) return Decoded::kMalformed;
  const Bytes options = rest.first(length);
  // One option a message (ndisc_ra_useropt in ndisc.c), which fills it.
  if (options.size() < kOptionUnitBytes || options[1] * kOptionUnitBytes != options.size())
    return Decoded::kMalformed;
  if (options[0] != kCaptivePortal) return Decoded::kIgnored;
  const size_t end = std::min<size_t>(NLMSG_ALIGN(length), rest.size());
  const std::optional<Attributes> attributes = Attributes::Parse(rest.subspan(end), kOptionPolicy);
  if (!attributes) return Decoded::kMalformed;
  const std::optional<IpAddress> router = IpAddress::FromBytes(attributes->Raw(NDUSEROPT_SRCADDR));
  if (!router || header->nduseropt_ifindex <= 0) return Decoded::kMalformed;
  // That is the sender's fault, not the kernel's.
  if (!ReadUri(options.subspan(kOptionHeaderBytes), option.uri)) return Decoded::kIgnored;
  option.ifindex = static_cast<uint32_t>(header->nduseropt_ifindex);
  option.router = *router;
  return Decoded::kOk;
}

}  // namespace roamkit
