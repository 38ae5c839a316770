// Blocks of a few sizes, packed in one piece of memory and addressed by a 32-bit index: half the size of a
// pointer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>

namespace roamkit {

// `kSizes` are the blocks' sizes in words of 64 bits; a class is an index into it. Index 0 is nobody's and
// stands for "none". A block's address is valid until the next Allocate().
template <size_t kClasses, std::array<uint32_t, kClasses> kSizes>
class BlockArena {
 public:
  BlockArena() = default;
  BlockArena(BlockArena&& other) noexcept { *this = std::move(other); }
  BlockArena& operator=(BlockArena&& other) noexcept {
    std::swap(words_, other.words_);
    std::swap(used_, other.used_);
    std::swap(capacity_, other.capacity_);
    std::swap(first_free_, other.first_free_);
    return *this;
  }
  BlockArena(const BlockArena&) = delete;
  BlockArena& operator=(const BlockArena&) = delete;
  ~BlockArena() = default;

  [[nodiscard]] void* At(uint32_t index) { return words_.get() + index; }
  [[nodiscard]] const void* At(uint32_t index) const { return words_.get() + index; }

  // With whatever its memory held before.
  [[nodiscard]] uint32_t Allocate(unsigned block_class) {
    const uint32_t index = first_free_[block_class];
    if (index != 0) {
      first_free_[block_class] = static_cast<uint32_t>(words_[index]);
      return index;
    }
    Reserve(kSizes[block_class]);
    return std::exchange(used_, used_ + kSizes[block_class]);
  }

  void Free(uint32_t index, unsigned block_class) {
    // A free block holds the index of the next one.
    words_[index] = std::exchange(first_free_[block_class], index);
  }

 private:
  struct Release {
    void operator()(uint64_t* words) const { std::free(words); }
  };
  static constexpr uint32_t kFirstCapacity = 64;

  void Reserve(uint32_t words) {
    if (capacity_ - used_ >= words) return;
    // realloc() moves what is there; beyond malloc's mmap threshold it moves pages instead, and untouched
    // pages cost nothing.
    const uint32_t capacity = capacity_ + capacity_ / 2 + words + kFirstCapacity;
    auto* grown = static_cast<uint64_t*>(std::realloc(words_.get(), size_t{capacity} * sizeof(uint64_t)));
    if (grown == nullptr) std::abort();  // as `new` does where there are no exceptions
    static_cast<void>(words_.release());
    words_.reset(grown);
    capacity_ = capacity;
  }

  std::unique_ptr<uint64_t[], Release> words_;
  uint32_t used_ = 1;
  uint32_t capacity_ = 1;  // nothing is there yet: as much as is used
  std::array<uint32_t, kClasses> first_free_{};
};

}  // namespace roamkit
