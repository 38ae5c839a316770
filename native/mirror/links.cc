#include "mirror/links.h"

#include <algorithm>

namespace roamkit {

namespace {

// A virtual routing domain's link (IFLA_INFO_KIND).
constexpr std::string_view kVrf = "vrf";

}  // namespace

const Link* Links::FindByName(std::string_view name) const {
  for (const auto& [ifindex, link] : links_) {
    if (link.name == name) return &link;
  }
  return nullptr;
}

std::string Links::NameOf(uint32_t ifindex) const {
  const Link* link = Find(ifindex);
  return link == nullptr ? std::string() : link->name;
}

bool Links::IsInVrf(uint32_t ifindex) const {
  const Link* link = Find(ifindex);
  if (link == nullptr) return false;
  const Link* master = Find(link->master);
  return link->kind == kVrf || (master != nullptr && master->kind == kVrf);
}

bool Links::HasVrf() const {
  return std::any_of(links_.begin(), links_.end(),
                     [](const auto& entry) { return entry.second.kind == kVrf; });
}

}  // namespace roamkit
