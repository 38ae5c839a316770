// Changes that wait for JavaScript, folded into the shortest list that has the same effect.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mirror/types.h"

namespace roamkit {

// What stays the same while an entry of the mirror changes, as a number: equal for equal keys.
inline size_t KeyHash(const Link& link) {
  return link.ifindex;
}
inline size_t KeyHash(const Address& address) {
  return IpAddressHash{}(address.address) * 31U + address.ifindex;
}
inline size_t KeyHash(const Rule& rule) {
  return rule.priority;
}
inline bool HaveSameKey(const Link& a, const Link& b) {
  return a.ifindex == b.ifindex;
}
inline bool HaveSameKey(const Address& a, const Address& b) {
  return a.HasSameKey(b);
}
inline bool HaveSameKey(const Rule& a, const Rule& b) {
  return a == b;
}

// Appends the later changes. Of each key at most two are left: what removes the entry that the listener
// knows, and what adds the one that there is now.
template <typename T>
void Conflate(std::vector<Change<T>>& changes, std::vector<Change<T>>&& later) {
  if (changes.empty()) changes = std::exchange(later, {});
  if (later.empty()) return;
  std::vector<bool> is_void(changes.size());
  std::unordered_multimap<size_t, size_t> last_by_key;
  for (size_t place = 0; place < changes.size(); ++place)
    last_by_key.emplace(KeyHash(changes[place].value), place);
  // The last change of that key that still counts.
  const auto find_last = [&](const T& value) -> std::optional<size_t> {
    std::optional<size_t> found;
    const auto [first, end] = last_by_key.equal_range(KeyHash(value));
    for (auto it = first; it != end; ++it) {
      const bool counts = !is_void[it->second] && HaveSameKey(changes[it->second].value, value);
      if (counts && (!found || it->second > *found)) found = it->second;
    }
    return found;
  };
  for (Change<T>& change : later) {
    const std::optional<size_t> place = find_last(change.value);
    if (place && change.kind != ChangeKind::kAdd) {
      Change<T>& known = changes[*place];
      if (change.kind == ChangeKind::kChange) {
        known.value = std::move(change.value);
        continue;
      }
      is_void[*place] = true;
      // It came and went unheard of.
      if (known.kind == ChangeKind::kAdd) continue;
    }
    last_by_key.emplace(KeyHash(change.value), changes.size());
    changes.push_back(std::move(change));
    is_void.push_back(false);
  }
  size_t place = 0;
  std::erase_if(changes, [&](const Change<T>&) { return is_void[place++]; });
}

}  // namespace roamkit
