// From prefixes to 32-bit values, both families alike: a trie whose nodes each look at five bits and hold
// what hangs on them in one packed array, by bitmaps (a tree bitmap: Eatherton, Varghese and Dittia, 2004),
// and whose nodes with neither a value nor a fork are left out. A lookup among a million routes reads five
// nodes instead of twenty; a full table costs about ten bytes a prefix, a sparse one two nodes. A node and
// its array are one block, so that a step waits for memory once.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "mirror/block_arena.h"
#include "mirror/ip.h"

namespace roamkit {

// How the nodes of a prefix trie number what they hold.
namespace trie_node {

constexpr unsigned kStride = 5;
constexpr unsigned kBranches = 1U << kStride;

// Where a node keeps a prefix that ends `length` bits (1 to 5) further and has these bits: shorter ones
// first.
constexpr unsigned PlaceOf(unsigned bits, unsigned length) {
  return (1U << length) - 2 + bits;
}

constexpr unsigned LengthOf(unsigned place) {
  return static_cast<unsigned>(std::bit_width(place + 2)) - 1;
}

// By branch, the places of all prefixes that cover it.
constexpr std::array<uint64_t, kBranches> kCovering = [] {
  std::array<uint64_t, kBranches> covering{};
  for (unsigned branch = 0; branch < kBranches; ++branch) {
    for (unsigned length = 1; length <= kStride; ++length) {
      covering[branch] |= uint64_t{1} << PlaceOf(branch >> (kStride - length), length);
    }
  }
  return covering;
}();

// The places of a prefix and of all below it in the same node.
constexpr uint64_t Below(unsigned bits, unsigned length) {
  uint64_t places = 0;
  for (unsigned count = 1; length <= kStride; ++length, bits *= 2, count *= 2) {
    places |= ((uint64_t{1} << count) - 1) << PlaceOf(bits, length);
  }
  return places;
}

}  // namespace trie_node

class PrefixTrie {
 public:
  // The value at the prefix, made with 0 where there was none. Valid until the next call. In the order of
  // addresses, as dumps come, it costs a step or two; elsewhere a walk from the root.
  uint32_t& FindOrInsert(const AddressBits& key, unsigned length);
  // nullptr where the prefix has no value.
  uint32_t* Find(const AddressBits& key, unsigned length);
  [[nodiscard]] const uint32_t* Find(const AddressBits& key, unsigned length) const;
  void Erase(const AddressBits& key, unsigned length);

  // Calls visit(key, length, value) for each prefix that covers the address, longest first, until it returns
  // true.
  template <typename Visit>
  bool VisitCovering(const AddressBits& address, Visit visit) const {
    std::array<uint32_t, kDeepest> trail;
    size_t depth = 0;
    for (uint32_t index = root_; index != 0;) {
      const Node& node = At(index);
      if (!node.IsAbove(address)) break;
      trail[depth++] = index;
      index = node.Towards(address);
    }
    while (depth > 0) {
      const Node& node = At(trail[--depth]);
      uint64_t matches = node.values & trie_node::kCovering[address.Field(node.depth, kStride)];
      while (matches != 0) {
        const auto place = static_cast<unsigned>(std::bit_width(matches)) - 1;
        matches &= ~(uint64_t{1} << place);
        const unsigned length = node.depth + trie_node::LengthOf(place);
        if (visit(address.Masked(length), length, node.Value(place))) return true;
      }
    }
    return has_default_ && visit(AddressBits{}, 0U, default_);
  }

  // Calls visit(key, length, value) for each prefix in order (by address, shorter first), beginning after the
  // given prefix, or with the first one; until it returns true. The visitor may change the value, but not the
  // trie's shape.
  template <typename Visit>
  bool VisitFrom(const AddressBits* after_key, unsigned after_length, Visit visit) {
    return VisitAll(*this, after_key, after_length, visit);
  }
  template <typename Visit>
  bool VisitFrom(const AddressBits* after_key, unsigned after_length, Visit visit) const {
    return VisitAll(*this, after_key, after_length, visit);
  }

 private:
  static constexpr unsigned kStride = trie_node::kStride;
  // A node for every five bits of 128.
  static constexpr size_t kDeepest = 26;

  // Looks at the five bits after the first `depth`, a multiple of five. It holds the prefixes that end within
  // these bits or right behind them (so /16, /24, /48 and /64 are amidst the others, and not alone in a node
  // each), and the nodes below. Behind it, in the same block, are its slots: the children, then the values.
  struct Node {
    AddressBits key;        // its first `depth` bits
    uint64_t values = 0;    // a bit per prefix, at trie_node::PlaceOf()
    uint32_t children = 0;  // a bit per branch
    uint8_t depth = 0;
    uint8_t block_class = 0;
    uint8_t child_count = 0;
    uint8_t value_count = 0;

    [[nodiscard]] bool IsAbove(const AddressBits& address) const {
      return key.CommonLength(address) >= depth;
    }
    [[nodiscard]] bool HasValue(unsigned place) const { return (values >> place & 1) != 0; }
    [[nodiscard]] bool HasChild(unsigned branch) const { return (children >> branch & 1) != 0; }
    [[nodiscard]] unsigned SlotCount() const { return unsigned{child_count} + value_count; }
    // How many slots come before this one's.
    [[nodiscard]] unsigned ChildRank(unsigned branch) const {
      return static_cast<unsigned>(std::popcount(children & ((1U << branch) - 1)));
    }
    [[nodiscard]] unsigned ValueRank(unsigned place) const {
      return child_count + static_cast<unsigned>(std::popcount(values & ((uint64_t{1} << place) - 1)));
    }
    [[nodiscard]] uint32_t* Slots() { return reinterpret_cast<uint32_t*>(this + 1); }
    [[nodiscard]] const uint32_t* Slots() const { return reinterpret_cast<const uint32_t*>(this + 1); }
    [[nodiscard]] uint32_t& Child(unsigned branch) { return Slots()[ChildRank(branch)]; }
    [[nodiscard]] uint32_t Child(unsigned branch) const { return Slots()[ChildRank(branch)]; }
    [[nodiscard]] uint32_t& Value(unsigned place) { return Slots()[ValueRank(place)]; }
    [[nodiscard]] const uint32_t& Value(unsigned place) const { return Slots()[ValueRank(place)]; }
    // The node below on the way to the address; 0: none.
    [[nodiscard]] uint32_t Towards(const AddressBits& address) const {
      const unsigned branch = address.Field(depth, kStride);
      return HasChild(branch) ? Child(branch) : 0;
    }
  };
  static_assert(sizeof(Node) % sizeof(uint64_t) == 0);

  // In words: room for 2, 4, 8, 16, 24, 32, 64 and 96 slots. There are up to 62 values and 32 children.
  static constexpr uint32_t kNodeWords = sizeof(Node) / sizeof(uint64_t);
  static constexpr std::array<uint32_t, 8> kBlockWords{
      kNodeWords + 1,  kNodeWords + 2,  kNodeWords + 4,  kNodeWords + 8,
      kNodeWords + 12, kNodeWords + 16, kNodeWords + 32, kNodeWords + 48,
  };
  [[nodiscard]] static constexpr unsigned SlotCapacity(unsigned block_class) {
    return (kBlockWords[block_class] - kNodeWords) * 2;
  }

  // The depth of the node that holds a prefix of that length, which is not 0.
  static constexpr unsigned DepthOf(unsigned length) { return (length - 1) / kStride * kStride; }
  // Whether a node is above, or is, that at this depth on the way to the key.
  [[nodiscard]] static bool IsOnTheWay(const Node& node, const AddressBits& key, unsigned depth) {
    return node.depth <= depth && node.IsAbove(key);
  }
  [[nodiscard]] Node& At(uint32_t index) { return *static_cast<Node*>(blocks_.At(index)); }
  [[nodiscard]] const Node& At(uint32_t index) const { return *static_cast<const Node*>(blocks_.At(index)); }

  template <typename Visit>
  struct Walk {
    const AddressBits* after_key;  // nullptr once it is passed
    unsigned after_length;
    Visit& visit;
  };

  template <typename Trie, typename Visit>
  static bool VisitAll(Trie& trie, const AddressBits* after_key, unsigned after_length, Visit& visit) {
    Walk<Visit> walk{after_key, after_length, visit};
    // Every prefix comes after the default, save itself.
    if (trie.has_default_ && after_key == nullptr && visit(AddressBits{}, 0U, trie.default_)) return true;
    return trie.root_ != 0 && VisitNode(trie, trie.root_, walk);
  }

  template <typename Trie, typename Visit>
  static bool VisitNode(Trie& trie, uint32_t index, Walk<Visit>& walk) {
    auto& node = trie.At(index);
    return VisitWithin(trie, node, 0, 1, walk) || VisitWithin(trie, node, 1, 1, walk);
  }

  // The prefixes at and below the one that ends `length` bits further.
  template <typename Trie, typename AnyNode, typename Visit>
  static bool VisitWithin(Trie& trie, AnyNode& node, unsigned bits, unsigned length, Walk<Visit>& walk) {
    const unsigned first = bits << (kStride - length);
    const uint32_t branches = static_cast<uint32_t>((uint64_t{1} << (trie_node::kBranches >> length)) - 1)
                              << first;
    if ((node.values & trie_node::Below(bits, length)) == 0 && (node.children & branches) == 0) return false;
    const AddressBits key = node.key.With(node.depth, length, bits);
    const unsigned whole_length = node.depth + length;
    if (walk.after_key != nullptr && key.Filled(whole_length) < *walk.after_key) return false;
    const unsigned place = trie_node::PlaceOf(bits, length);
    if (node.HasValue(place)) {
      const bool is_due = walk.after_key == nullptr || key > *walk.after_key ||
                          (key == *walk.after_key && whole_length > walk.after_length);
      if (is_due) {
        walk.after_key = nullptr;
        if (walk.visit(key, whole_length, node.Value(place))) return true;
      }
    }
    if (length == kStride) return node.HasChild(bits) && VisitNode(trie, node.Child(bits), walk);
    return VisitWithin(trie, node, bits * 2, length + 1, walk) ||
           VisitWithin(trie, node, bits * 2 + 1, length + 1, walk);
  }

  uint32_t NewNode(const AddressBits& key, unsigned depth);
  void FreeNode(uint32_t index);
  // Where the trail goes on towards a prefix whose node is at that depth; makes what is missing.
  uint32_t NextTowards(const AddressBits& key, unsigned depth);
  // These two change the trail's last node, and may move it.
  void PutChild(unsigned branch, uint32_t child);
  void AddValue(unsigned place);
  // A new slot of the trail's last node, before those of that rank and above.
  void InsertSlot(unsigned rank, uint32_t value);
  static void RemoveSlot(Node& node, unsigned rank);
  void GrowLast();
  // What leads to the last node of a trail.
  uint32_t& LinkTo(const std::array<uint32_t, kDeepest>& trail, size_t size);
  // Takes the last node of a trail out where nothing asks for it any more.
  void Prune(const std::array<uint32_t, kDeepest>& trail, size_t size);
  // Puts another node, or none, in the place of the trail's last.
  void ReplaceNode(const std::array<uint32_t, kDeepest>& trail, size_t size, uint32_t by);

  BlockArena<kBlockWords.size(), kBlockWords> blocks_;
  uint32_t root_ = 0;
  uint32_t default_ = 0;  // the value of the prefix of length 0
  bool has_default_ = false;
  // From the root to where FindOrInsert() was last.
  std::array<uint32_t, kDeepest> trail_{};
  size_t trail_size_ = 0;
};

}  // namespace roamkit
