// An owned file descriptor, and what a failed system call leaves.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace roamkit {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool IsOpen() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// An errno and the operation that gave it; `error` 0: none.
struct Failure {
  int error = 0;
  const char* operation = "";
  explicit operator bool() const { return error != 0; }
  static Failure Last(const char* operation) { return {errno, operation}; }
};

}  // namespace roamkit
