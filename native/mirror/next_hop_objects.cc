#include "mirror/next_hop_objects.h"

#include <algorithm>

namespace roamkit {

namespace {

bool HasMember(const NextHopObject& group, uint32_t id) {
  return std::any_of(group.members.begin(), group.members.end(),
                     [id](const NextHopObject::Member& member) { return member.id == id; });
}

}  // namespace

const NextHopObject* NextHopObjects::Find(uint32_t id) const {
  const auto found = objects_.find(id);
  return found == objects_.end() ? nullptr : &found->second;
}

std::optional<NextHopObjects::Resolved> NextHopObjects::Resolve(uint32_t id) const {
  const NextHopObject* object = Find(id);
  if (object == nullptr) return std::nullopt;
  Resolved resolved;
  const auto add = [&](const NextHopObject& single, uint16_t weight) {
    resolved.is_blackhole = resolved.is_blackhole || single.is_blackhole;
    if (single.leg.oif == 0) return;
    resolved.legs.push_back(single.leg);
    resolved.legs.back().weight = weight;
  };
  if (object->members.empty()) add(*object, 1);
  // A group has no groups among its members (valid_group_nh in the kernel's nexthop.c).
  for (const NextHopObject::Member& member : object->members) {
    const NextHopObject* single = Find(member.id);
    if (single != nullptr) add(*single, member.weight);
  }
  return resolved;
}

std::set<uint32_t> NextHopObjects::WithGroups(uint32_t id) const {
  std::set<uint32_t> ids{id};
  for (const auto& [other, object] : objects_) {
    if (HasMember(object, id)) ids.insert(other);
  }
  return ids;
}

std::vector<uint32_t> NextHopObjects::OfLink(uint32_t ifindex) const {
  std::vector<uint32_t> ids;
  for (const auto& [id, object] : objects_) {
    if (object.leg.oif == ifindex) ids.push_back(id);
  }
  return ids;
}

NextHopObjects::Removal NextHopObjects::Remove(uint32_t id) {
  Removal removal;
  if (objects_.erase(id) == 0) return removal;
  removal.removed.insert(id);
  for (auto it = objects_.begin(); it != objects_.end();) {
    auto& [other, object] = *it;
    if (!HasMember(object, id)) {
      ++it;
      continue;
    }
    std::erase_if(object.members, [id](const NextHopObject::Member& member) { return member.id == id; });
    (object.members.empty() ? removal.removed : removal.shrunk).insert(other);
    it = object.members.empty() ? objects_.erase(it) : std::next(it);
  }
  return removal;
}

}  // namespace roamkit
