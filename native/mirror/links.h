// The links, by ifindex.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "mirror/types.h"

namespace roamkit {

class Links {
 public:
  // nullptr where there is none.
  [[nodiscard]] const Link* Find(uint32_t ifindex) const {
    const auto found = links_.find(ifindex);
    return found == links_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const Link* FindByName(std::string_view name) const;
  [[nodiscard]] std::string NameOf(uint32_t ifindex) const;  // "" where there is none
  // 0 where there is none.
  [[nodiscard]] uint32_t LoopbackIndex() const {
    for (const auto& [ifindex, link] : links_) {
      if (link.is_loopback) return ifindex;
    }
    return 0;
  }
  // Whether the link is a VRF or belongs to one.
  [[nodiscard]] bool IsInVrf(uint32_t ifindex) const;
  [[nodiscard]] bool HasVrf() const;
  [[nodiscard]] const std::map<uint32_t, Link>& all() const { return links_; }

  void Put(const Link& link) { links_[link.ifindex] = link; }
  void Erase(uint32_t ifindex) { links_.erase(ifindex); }

 private:
  std::map<uint32_t, Link> links_;
};

}  // namespace roamkit
