#include "netlink/attributes.h"

#include <algorithm>

namespace roamkit {

std::optional<Attributes> Attributes::Parse(Bytes data, std::span<const AttributePolicy> policy) {
  Attributes attributes;
  while (data.size() >= sizeof(nlattr)) {
    nlattr header;
    std::memcpy(&header, data.data(), sizeof(header));
    if (header.nla_len < sizeof(nlattr) || header.nla_len > data.size()) return std::nullopt;
    const uint16_t type = header.nla_type & NLA_TYPE_MASK;
    const Bytes value = data.subspan(NLA_HDRLEN, header.nla_len - NLA_HDRLEN);
    const auto rule = std::find_if(policy.begin(), policy.end(),
                                   [type](const AttributePolicy& entry) { return entry.type == type; });
    if (rule != policy.end()) {
      if (value.size() < rule->shortest || value.size() > rule->longest) return std::nullopt;
      attributes.values_[type] = value;
    } else {
      attributes.has_unlisted_ = true;
    }
    data = data.subspan(std::min<size_t>(NLA_ALIGN(header.nla_len), data.size()));
  }
  return attributes;
}

std::string Attributes::Text(uint16_t type) const {
  const Bytes raw = Raw(type);
  const auto end = std::find(raw.begin(), raw.end(), 0);
  return {raw.begin(), end};
}

}  // namespace roamkit
