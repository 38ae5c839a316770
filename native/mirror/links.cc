#include "mirror/links.h"

namespace roamkit {

const Link* Links::Find(uint32_t ifindex) const {
  const auto found = links_.find(ifindex);
  return found == links_.end() ? nullptr : &found->second;
}

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

uint32_t Links::LoopbackIndex() const {
  for (const auto& [ifindex, link] : links_) {
    if (link.is_loopback) return ifindex;
  }
  return 0;
}

}  // namespace roamkit
