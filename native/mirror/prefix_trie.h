// A path-compressed binary trie (a Patricia trie) from prefixes to 32-bit values, both families alike.
// 32 bytes a node, at most two nodes a prefix; nodes live in a pool, so addresses stay valid while it grows.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "mirror/ip.h"

namespace roamkit {

// Equal-sized items addressed by a 32-bit index; index 0 is nobody's and stands for "none".
template <typename T>
class Pool {
 public:
  uint32_t Allocate() {
    if (!free_.empty()) {
      const uint32_t index = free_.back();
      free_.pop_back();
      (*this)[index] = T{};
      return index;
    }
    if ((size_ & kChunkMask) == 0) chunks_.push_back(std::make_unique<T[]>(kChunkSize));
    return size_++ + 1;
  }
  void Free(uint32_t index) { free_.push_back(index); }
  T& operator[](uint32_t index) { return chunks_[(index - 1) >> kChunkBits][(index - 1) & kChunkMask]; }
  const T& operator[](uint32_t index) const {
    return chunks_[(index - 1) >> kChunkBits][(index - 1) & kChunkMask];
  }

 private:
  static constexpr unsigned kChunkBits = 10;
  static constexpr uint32_t kChunkSize = 1U << kChunkBits;
  static constexpr uint32_t kChunkMask = kChunkSize - 1;
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::vector<uint32_t> free_;
  uint32_t size_ = 0;
};

class PrefixTrie {
 public:
  // The value at the prefix, made with 0 where there was none. Valid until the prefix is erased.
  uint32_t& FindOrInsert(const AddressBits& key, unsigned length);
  // nullptr where the prefix has no value.
  uint32_t* Find(const AddressBits& key, unsigned length);
  [[nodiscard]] const uint32_t* Find(const AddressBits& key, unsigned length) const;
  void Erase(const AddressBits& key, unsigned length);

  // Calls visit(key, length, value) for each prefix that covers the address, longest first, until it returns
  // true.
  template <typename Visit>
  bool VisitCovering(const AddressBits& address, Visit visit) const {
    std::array<uint32_t, 129> path;
    size_t depth = 0;
    for (uint32_t index = root_; index != 0;) {
      const Node& node = nodes_[index];
      if (node.key.CommonLength(address) < node.length) break;
      if (node.value != 0) path[depth++] = index;
      if (node.length == 128) break;
      index = node.child[address.Bit(node.length)];
    }
    while (depth > 0) {
      const Node& node = nodes_[path[--depth]];
      if (visit(node.key, unsigned{node.length}, node.value)) return true;
    }
    return false;
  }

  // Calls visit(key, length, value) for each prefix in order (by address, shorter first), beginning after the
  // given prefix, or with the first one; until it returns true.
  template <typename Visit>
  bool VisitFrom(const AddressBits* after_key, unsigned after_length, Visit visit) const {
    return VisitNode(root_, after_key, after_length, visit);
  }

 private:
  struct Node {
    AddressBits key;
    std::array<uint32_t, 2> child{};
    uint32_t value = 0;  // 0: an inner node only
    uint8_t length = 0;
  };

  static bool IsAfter(const AddressBits& key, unsigned length, const AddressBits& other,
                      unsigned other_length) {
    return key != other ? key > other : length > other_length;
  }

  template <typename Visit>
  bool VisitNode(uint32_t index, const AddressBits* after_key, unsigned after_length, Visit& visit) const {
    if (index == 0) return false;
    const Node& node = nodes_[index];
    if (after_key != nullptr && LastKey(node) < *after_key) return false;
    const bool is_due = after_key == nullptr || IsAfter(node.key, node.length, *after_key, after_length);
    if (is_due && node.value != 0 && visit(node.key, unsigned{node.length}, node.value)) return true;
    return VisitNode(node.child[0], after_key, after_length, visit) ||
           VisitNode(node.child[1], after_key, after_length, visit);
  }

  // The highest address below a node.
  static AddressBits LastKey(const Node& node) {
    const AddressBits mask = AddressBits{~uint64_t{0}, ~uint64_t{0}}.Masked(node.length);
    return {node.key.high | ~mask.high, node.key.low | ~mask.low};
  }

  uint32_t NewNode(const AddressBits& key, unsigned length);

  Pool<Node> nodes_;
  uint32_t root_ = 0;
};

}  // namespace roamkit
