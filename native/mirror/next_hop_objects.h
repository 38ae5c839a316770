// The next-hop objects, by id, and what the routes that name them ride on.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "mirror/types.h"

namespace roamkit {

class NextHopObjects {
 public:
  struct Resolved {
    std::vector<NextHop> legs;
    bool is_blackhole = false;
  };
  struct Removal {
    std::set<uint32_t> removed;  // the object, and groups that it was the last member of
    std::set<uint32_t> shrunk;   // groups that have a member less
  };

  [[nodiscard]] const NextHopObject* Find(uint32_t id) const;
  // nullopt where there is no such object.
  [[nodiscard]] std::optional<Resolved> Resolve(uint32_t id) const;
  // The object and the groups that it is in.
  [[nodiscard]] std::set<uint32_t> WithGroups(uint32_t id) const;
  // The objects whose leg leaves by the link.
  [[nodiscard]] std::vector<uint32_t> OfLink(uint32_t ifindex) const;
  [[nodiscard]] const std::map<uint32_t, NextHopObject>& all() const { return objects_; }

  void Put(const NextHopObject& object) { objects_[object.id] = object; }
  // Shrinks the groups that it is in, as the kernel does, of which only some tell (docs/kernel.md 9).
  Removal Remove(uint32_t id);

 private:
  std::map<uint32_t, NextHopObject> objects_;
};

}  // namespace roamkit
