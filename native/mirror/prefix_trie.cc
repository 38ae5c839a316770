#include "mirror/prefix_trie.h"

#include <algorithm>
#include <utility>

namespace roamkit {

uint32_t PrefixTrie::NewNode(const AddressBits& key, unsigned length) {
  const uint32_t index = nodes_.Allocate();
  nodes_[index].key = key.Masked(length);
  nodes_[index].length = static_cast<uint8_t>(length);
  return index;
}

uint32_t& PrefixTrie::FindOrInsert(const AddressBits& key, unsigned length) {
  uint32_t* slot = &root_;
  while (*slot != 0) {
    Node& node = nodes_[*slot];
    const unsigned common = std::min({node.key.CommonLength(key), length, unsigned{node.length}});
    if (common == node.length) {
      if (length == node.length) return node.value;
      slot = &node.child[key.Bit(node.length)];
      continue;
    }
    const uint32_t below = *slot;
    const uint32_t parent = NewNode(key, common);
    nodes_[parent].child[nodes_[below].key.Bit(common)] = below;
    *slot = parent;
    if (common == length) return nodes_[parent].value;
    slot = &nodes_[parent].child[key.Bit(common)];
  }
  *slot = NewNode(key, length);
  return nodes_[*slot].value;
}

const uint32_t* PrefixTrie::Find(const AddressBits& key, unsigned length) const {
  for (uint32_t index = root_; index != 0;) {
    const Node& node = nodes_[index];
    if (node.length > length || node.key.CommonLength(key) < node.length) return nullptr;
    if (node.length == length) return node.value == 0 ? nullptr : &node.value;
    index = node.child[key.Bit(node.length)];
  }
  return nullptr;
}

uint32_t* PrefixTrie::Find(const AddressBits& key, unsigned length) {
  return const_cast<uint32_t*>(std::as_const(*this).Find(key, length));
}

void PrefixTrie::Erase(const AddressBits& key, unsigned length) {
  uint32_t* parent_slot = nullptr;
  uint32_t* slot = &root_;
  while (*slot != 0) {
    Node& node = nodes_[*slot];
    if (node.length > length || node.key.CommonLength(key) < node.length) return;
    if (node.length == length) break;
    parent_slot = slot;
    slot = &node.child[key.Bit(node.length)];
  }
  if (*slot == 0) return;
  const auto unlink = [this](uint32_t* place) {
    const uint32_t index = *place;
    const Node& node = nodes_[index];
    if (node.value != 0 || (node.child[0] != 0 && node.child[1] != 0)) return;
    *place = node.child[0] != 0 ? node.child[0] : node.child[1];
    nodes_.Free(index);
  };
  nodes_[*slot].value = 0;
  unlink(slot);
  // An inner node that is left with one child has no reason to stay.
  if (parent_slot != nullptr) unlink(parent_slot);
}

}  // namespace roamkit
