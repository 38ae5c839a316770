#include "mirror/prefix_trie.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace roamkit {

uint32_t PrefixTrie::NewNode(const AddressBits& key, unsigned depth) {
  const uint32_t index = blocks_.Allocate(0);
  Node* node = new (blocks_.At(index)) Node{};
  node->key = key.Masked(depth);
  node->depth = static_cast<uint8_t>(depth);
  return index;
}

void PrefixTrie::FreeNode(uint32_t index) {
  blocks_.Free(index, At(index).block_class);
}

uint32_t& PrefixTrie::LinkTo(const std::array<uint32_t, kDeepest>& trail, size_t size) {
  if (size == 1) return root_;
  Node& above = At(trail[size - 2]);
  return above.Child(At(trail[size - 1]).key.Field(above.depth, kStride));
}

void PrefixTrie::GrowLast() {
  const uint32_t index = trail_[trail_size_ - 1];
  const unsigned block_class = At(index).block_class;
  const uint32_t grown = blocks_.Allocate(block_class + 1);
  std::memcpy(blocks_.At(grown), blocks_.At(index), kBlockWords[block_class] * sizeof(uint64_t));
  At(grown).block_class = static_cast<uint8_t>(block_class + 1);
  LinkTo(trail_, trail_size_) = grown;
  trail_[trail_size_ - 1] = grown;
  blocks_.Free(index, block_class);
}

void PrefixTrie::InsertSlot(unsigned rank, uint32_t value) {
  const Node& last = At(trail_[trail_size_ - 1]);
  const unsigned size = last.SlotCount();
  if (size == SlotCapacity(last.block_class)) GrowLast();
  uint32_t* slots = At(trail_[trail_size_ - 1]).Slots();
  std::copy_backward(slots + rank, slots + size, slots + size + 1);
  slots[rank] = value;
}

void PrefixTrie::RemoveSlot(Node& node, unsigned rank) {
  uint32_t* slots = node.Slots();
  std::copy(slots + rank + 1, slots + node.SlotCount(), slots + rank);
}

void PrefixTrie::PutChild(unsigned branch, uint32_t child) {
  Node& last = At(trail_[trail_size_ - 1]);
  if (last.HasChild(branch)) {
    last.Child(branch) = child;
    return;
  }
  InsertSlot(last.ChildRank(branch), child);
  Node& grown = At(trail_[trail_size_ - 1]);
  grown.children |= 1U << branch;
  ++grown.child_count;
}

void PrefixTrie::AddValue(unsigned place) {
  InsertSlot(At(trail_[trail_size_ - 1]).ValueRank(place), 0);
  Node& last = At(trail_[trail_size_ - 1]);
  last.values |= uint64_t{1} << place;
  ++last.value_count;
}

uint32_t PrefixTrie::NextTowards(const AddressBits& key, unsigned depth) {
  const uint32_t below = trail_size_ == 0 ? root_ : At(trail_[trail_size_ - 1]).Towards(key);
  uint32_t next = below;
  if (below == 0) {
    next = NewNode(key, depth);
  } else {
    const Node node = At(below);
    if (IsOnTheWay(node, key, depth)) return below;
    // They part on the way to it.
    const unsigned common = std::min(node.key.CommonLength(key), unsigned{node.depth} - 1);
    next = NewNode(key, std::min(common / kStride * kStride, depth));
    Node& fork = At(next);
    const unsigned branch = node.key.Field(fork.depth, kStride);
    fork.children = 1U << branch;
    fork.child_count = 1;
    fork.Child(branch) = below;
  }
  if (trail_size_ == 0)
    root_ = next;
  else
    PutChild(key.Field(At(trail_[trail_size_ - 1]).depth, kStride), next);
  return next;
}

uint32_t& PrefixTrie::FindOrInsert(const AddressBits& key, unsigned length) {
  if (length == 0) {
    has_default_ = true;
    return default_;
  }
  const unsigned depth = DepthOf(length);
  while (trail_size_ > 0 && !IsOnTheWay(At(trail_[trail_size_ - 1]), key, depth)) --trail_size_;
  while (trail_size_ == 0 || At(trail_[trail_size_ - 1]).depth < depth) {
    const uint32_t next = NextTowards(key, depth);
    trail_[trail_size_++] = next;
  }
  const unsigned place = trie_node::PlaceOf(key.Field(depth, length - depth), length - depth);
  if (!At(trail_[trail_size_ - 1]).HasValue(place)) AddValue(place);
  return At(trail_[trail_size_ - 1]).Value(place);
}

const uint32_t* PrefixTrie::Find(const AddressBits& key, unsigned length) const {
  if (length == 0) return has_default_ ? &default_ : nullptr;
  const unsigned depth = DepthOf(length);
  for (uint32_t index = root_; index != 0;) {
    const Node& node = At(index);
    if (!IsOnTheWay(node, key, depth)) return nullptr;
    if (node.depth == depth) {
      const unsigned place = trie_node::PlaceOf(key.Field(depth, length - depth), length - depth);
      return node.HasValue(place) ? &node.Value(place) : nullptr;
    }
    index = node.Towards(key);
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
    Node& node = At(index);
    if (!IsOnTheWay(node, key, depth)) return;
    trail[size++] = index;
    if (node.depth < depth) {
      index = node.Towards(key);
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
  const Node& node = At(index);
  if (node.value_count > 0 || node.child_count > 1) return;
  trail_size_ = 0;
  const uint32_t only_child = node.child_count == 0 ? 0 : node.Slots()[0];
  ReplaceNode(trail, size, only_child);
  FreeNode(index);
  // It may have been one of two branches, of a node that is no fork any more.
  if (only_child == 0 && size > 1) Prune(trail, size - 1);
}

void PrefixTrie::ReplaceNode(const std::array<uint32_t, kDeepest>& trail, size_t size, uint32_t by) {
  if (size == 1 || by != 0) {
    LinkTo(trail, size) = by;
    return;
  }
  Node& above = At(trail[size - 2]);
  const unsigned branch = At(trail[size - 1]).key.Field(above.depth, kStride);
  RemoveSlot(above, above.ChildRank(branch));
  above.children &= ~(1U << branch);
  --above.child_count;
}

}  // namespace roamkit
