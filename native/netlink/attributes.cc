#include "netlink/attributes.h"

#include <algorithm>

namespace roamkit {

std::optional<Attributes> Attributes::Parse(Bytes data, const AttributePolicies& policies) {
  std::optional<Attributes> attributes(std::in_place, data);
  for (size_t offset = 0; offset + sizeof(nlattr) <= data.size();) {
    nlattr header;
    std::memcpy(&header, data.data() + offset, sizeof(header));
    if (header.nla_len < sizeof(nlattr) || header.nla_len > data.size() - offset) return std::nullopt;
    const uint16_t type = header.nla_type & NLA_TYPE_MASK;
    if (policies.Has(type)) {
      const uint32_t length = header.nla_len - NLA_HDRLEN;
      if (!policies.Fits(type, length)) return std::nullopt;
      attributes->present_ |= uint64_t{1} << type;
      attributes->places_[type] = {static_cast<uint32_t>(offset) + NLA_HDRLEN, length};
    } else {
      attributes->has_unlisted_ = true;
    }
    offset += NLA_ALIGN(header.nla_len);
  }
  return attributes;
}

std::string Attributes::Text(uint16_t type) const {
  const Bytes raw = Raw(type);
  const auto end = std::find(raw.begin(), raw.end(), 0);
  return {raw.begin(), end};
}

}  // namespace roamkit
