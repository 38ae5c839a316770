// Equal-sized items addressed by a 32-bit index: half the size of a pointer, and one block of memory.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace roamkit {

// Index 0 is nobody's and stands for "none". An item's address is valid until the next Allocate() that
// Reserve() did not make room for.
template <typename T>
class Pool {
  // realloc() moves them; beyond malloc's mmap threshold it moves pages instead, and untouched pages cost
  // nothing.
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) >= sizeof(uint32_t));

 public:
  Pool() = default;
  Pool(Pool&& other) noexcept { *this = std::move(other); }
  Pool& operator=(Pool&& other) noexcept {
    std::swap(items_, other.items_);
    std::swap(used_, other.used_);
    std::swap(capacity_, other.capacity_);
    std::swap(first_free_, other.first_free_);
    return *this;
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() = default;

  // Makes room, so that this many calls of Allocate() leave all addresses valid.
  void Reserve(uint32_t count) {
    if (capacity_ - used_ >= count) return;
    const uint32_t capacity = capacity_ + capacity_ / 2 + count + kFirstCapacity;
    void* grown = std::realloc(items_.get(), size_t{capacity} * sizeof(T));
    if (grown == nullptr) std::abort();  // as `new` does where there are no exceptions
    static_cast<void>(items_.release());
    items_.reset(static_cast<T*>(grown));
    capacity_ = capacity;
  }

  uint32_t Allocate() {
    uint32_t index = first_free_;
    if (index != 0) {
      std::memcpy(&first_free_, &items_[index], sizeof(first_free_));
    } else {
      Reserve(1);
      index = used_++;
    }
    new (&items_[index]) T{};
    return index;
  }

  void Free(uint32_t index) {
    // A free item holds the index of the next one.
    std::memcpy(static_cast<void*>(&items_[index]), &first_free_, sizeof(first_free_));
    first_free_ = index;
  }

  T& operator[](uint32_t index) { return items_[index]; }
  const T& operator[](uint32_t index) const { return items_[index]; }

 private:
  struct Release {
    void operator()(T* items) const { std::free(items); }
  };
  static constexpr uint32_t kFirstCapacity = 16;

  std::unique_ptr<T[], Release> items_;
  uint32_t used_ = 1;
  uint32_t capacity_ = 1;  // none is there yet: as many as are used
  uint32_t first_free_ = 0;
};

}  // namespace roamkit
