#include "mirror/prefix_trie.h"

#include <algorithm>
#include <utility>

namespace roamkit {

uint32_t PrefixTrie::NewNode(const AddressBits& key, unsigned depth) {
  const uint32_t index = nodes_.Allocate();
  nodes_[index].key = key.Masked(depth);
  nodes_[index].depth = static_cast<uint8_t>(depth);
  return index;
}

void PrefixTrie::FreeNode(uint32_t index) {
  slots_.Free(nodes_[index].slots, nodes_[index].slot_class);
  nodes_.Free(index);
}

void PrefixTrie::InsertSlot(Node& node, unsigned rank, uint32_t value) {
  const unsigned size = node.SlotCount();
  if (size == SlotArena::CapacityOf(node.slot_class)) node.slots = slots_.Grow(node.slots, node.slot_class++);
  uint32_t* slots = slots_.At(node.slots);
  std::copy_backward(slots + rank, slots + size, slots + size + 1);
  slots[rank] = value;
}

void PrefixTrie::RemoveSlot(Node& node, unsigned rank) {
  uint32_t* slots = slots_.At(node.slots);
  std::copy(slots + rank + 1, slots + node.SlotCount(), slots + rank);
}

void PrefixTrie::AddChild(Node& node, unsigned branch, uint32_t child) {
  InsertSlot(node, node.ChildRank(branch), child);
  node.children |= 1U << branch;
  ++node.child_count;
}

uint32_t& PrefixTrie::AddValue(Node& node, unsigned place) {
  InsertSlot(node, node.ValueRank(place), 0);
  node.values |= uint64_t{1} << place;
  ++node.value_count;
  return *ValueSlot(node, place);
}

uint32_t& PrefixTrie::FindOrInsert(const AddressBits& key, unsigned length) {
  if (length == 0) {
    has_default_ = true;
    return default_;
  }
  const unsigned depth = DepthOf(length);
  nodes_.Reserve(2);
  const auto is_on_the_way = [&](const Node& node) { return node.depth <= depth && node.IsAbove(key); };
  while (trail_size_ > 0 && !is_on_the_way(nodes_[trail_[trail_size_ - 1]])) --trail_size_;
  for (;;) {
    Node* above = trail_size_ > 0 ? &nodes_[trail_[trail_size_ - 1]] : nullptr;
    if (above != nullptr && above->depth == depth) {
      const unsigned place = trie_node::PlaceOf(key.Field(depth, length - depth), length - depth);
      return above->HasValue(place) ? *ValueSlot(*above, place) : AddValue(*above, place);
    }
    const unsigned branch = above == nullptr ? 0 : key.Field(above->depth, kStride);
    const bool is_taken = above == nullptr ? root_ != 0 : above->HasChild(branch);
    uint32_t next = 0;
    if (!is_taken) {
      next = NewNode(key, depth);
      if (above != nullptr) AddChild(*above, branch, next);
    } else {
      uint32_t& below = above == nullptr ? root_ : *ChildSlot(*above, branch);
      next = below;
      if (const Node& node = nodes_[next]; !is_on_the_way(node)) {
        // They part on the way to it.
        const unsigned common = std::min(node.key.CommonLength(key), unsigned{node.depth} - 1);
        const uint32_t fork = NewNode(key, std::min(common / kStride * kStride, depth));
        below = fork;
        AddChild(nodes_[fork], node.key.Field(nodes_[fork].depth, kStride), next);
        next = fork;
      }
    }
    if (above == nullptr) root_ = next;
    trail_[trail_size_++] = next;
  }
}

const uint32_t* PrefixTrie::Find(const AddressBits& key, unsigned length) const {
  if (length == 0) return has_default_ ? &default_ : nullptr;
  const unsigned depth = DepthOf(length);
  for (uint32_t index = root_; index != 0;) {
    const Node& node = nodes_[index];
    if (node.depth > depth || !node.IsAbove(key)) return nullptr;
    if (node.depth == depth) {
      const unsigned place = trie_node::PlaceOf(key.Field(depth, length - depth), length - depth);
      return node.HasValue(place) ? ValueSlot(node, place) : nullptr;
    }
    const unsigned branch = key.Field(node.depth, kStride);
    index = node.HasChild(branch) ? *ChildSlot(node, branch) : 0;
  }
  return nullptr;
}

uint32_t* PrefixTrie::Find(const AddressBits& key, unsigned length) {
  return const_cast<uint32_t*>(std::as_const(*this).Find(key, length));
}

void PrefixTrie::Erase(const AddressBits& key, unsigned length) {
  if (length == 0) {
    has_default_ = false;
    default_ = 0;
    return;
  }
  const unsigned depth = DepthOf(length);
  std::array<uint32_t, kDeepest> trail;
  size_t size = 0;
  for (uint32_t index = root_; index != 0;) {
    Node& node = nodes_[index];
    if (node.depth > depth || !node.IsAbove(key)) return;
    trail[size++] = index;
    if (node.depth < depth) {
      const unsigned branch = key.Field(node.depth, kStride);
      index = node.HasChild(branch) ? *ChildSlot(node, branch) : 0;
      continue;
    }
    const unsigned place = trie_node::PlaceOf(key.Field(depth, length - depth), length - depth);
    if (!node.HasValue(place)) return;
    RemoveSlot(node, node.ValueRank(place));
    node.values &= ~(uint64_t{1} << place);
    --node.value_count;
    Prune(trail, size);
    return;
  }
}

void PrefixTrie::Prune(const std::array<uint32_t, kDeepest>& trail, size_t size) {
  const uint32_t index = trail[size - 1];
  const Node& node = nodes_[index];
  if (node.value_count > 0 || node.child_count > 1) return;
  trail_size_ = 0;
  const uint32_t only_child = node.child_count == 0 ? 0 : *slots_.At(node.slots);
  ReplaceNode(trail, size, only_child);
  FreeNode(index);
  // It may have been one of two branches, of a node that is no fork any more.
  if (only_child == 0 && size > 1) Prune(trail, size - 1);
}

void PrefixTrie::ReplaceNode(const std::array<uint32_t, kDeepest>& trail, size_t size, uint32_t by) {
  if (size == 1) {
    root_ = by;
    return;
  }
  Node& above = nodes_[trail[size - 2]];
  const unsigned branch = nodes_[trail[size - 1]].key.Field(above.depth, kStride);
  if (by != 0) {
    *ChildSlot(above, branch) = by;
    return;
  }
  RemoveSlot(above, above.ChildRank(branch));
  above.children &= ~(1U << branch);
  --above.child_count;
}

}  // namespace roamkit
