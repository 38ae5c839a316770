// Small arrays of 32-bit slots that grow and shrink, packed in one block of memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>

namespace roamkit {

// An array is known by its offset and its class; a class is a capacity. Addresses are valid until the next
// Grow().
class SlotArena {
 public:
  SlotArena() = default;
  SlotArena(SlotArena&& other) noexcept { *this = std::move(other); }
  SlotArena& operator=(SlotArena&& other) noexcept {
    std::swap(slots_, other.slots_);
    std::swap(used_, other.used_);
    std::swap(capacity_, other.capacity_);
    std::swap(first_free_, other.first_free_);
    return *this;
  }
  SlotArena(const SlotArena&) = delete;
  SlotArena& operator=(const SlotArena&) = delete;
  ~SlotArena() = default;

  // Class 0 holds nothing.
  [[nodiscard]] static unsigned CapacityOf(unsigned slot_class) { return kCapacities[slot_class]; }
  [[nodiscard]] uint32_t* At(uint32_t offset) { return slots_.get() + offset; }
  [[nodiscard]] const uint32_t* At(uint32_t offset) const { return slots_.get() + offset; }

  // The array in the next larger class, its content with it; the old one is free.
  [[nodiscard]] uint32_t Grow(uint32_t offset, unsigned slot_class) {
    const uint32_t grown = Allocate(slot_class + 1);
    std::copy_n(At(offset), CapacityOf(slot_class), At(grown));
    Free(offset, slot_class);
    return grown;
  }

  void Free(uint32_t offset, unsigned slot_class) {
    if (slot_class == 0) return;
    // A free array holds the offset of the next one.
    *At(offset) = std::exchange(first_free_[slot_class], offset);
  }

 private:
  struct Release {
    void operator()(uint32_t* slots) const { std::free(slots); }
  };
  static constexpr uint32_t kFirstCapacity = 64;
  // A node of the prefix trie has up to 62 values and 32 children.
  static constexpr std::array<uint8_t, 10> kCapacities{0, 1, 2, 4, 8, 16, 24, 32, 64, 96};

  uint32_t Allocate(unsigned slot_class) {
    const uint32_t offset = first_free_[slot_class];
    if (offset != 0) {
      first_free_[slot_class] = *At(offset);
      return offset;
    }
    const uint32_t capacity = CapacityOf(slot_class);
    if (capacity_ - used_ < capacity) {
      const uint32_t wanted = capacity_ + capacity_ / 2 + kFirstCapacity;
      auto* grown = static_cast<uint32_t*>(std::realloc(slots_.get(), size_t{wanted} * sizeof(uint32_t)));
      if (grown == nullptr) std::abort();  // as `new` does where there are no exceptions
      static_cast<void>(slots_.release());
      slots_.reset(grown);
      capacity_ = wanted;
    }
    return std::exchange(used_, used_ + capacity);
  }

  std::unique_ptr<uint32_t[], Release> slots_;
  uint32_t used_ = 1;      // offset 0 stands for "none"
  uint32_t capacity_ = 1;  // as much as is used: nothing is there yet
  std::array<uint32_t, kCapacities.size()> first_free_{};
};

}  // namespace roamkit
