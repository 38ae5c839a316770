// The lock between a monitor's thread, which may work for long, and JavaScript's, which must not wait for it.
#pragma once

#include <atomic>
#include <mutex>

namespace roamkit {

// A mutex whose holder can ask whether somebody waits. A plain one, let go and taken again at once, would not
// let the other thread in: it takes longer to wake up.
class Turn {
 public:
  void lock() {
    waiting_.fetch_add(1);
    mutex_.lock();
    if (waiting_.fetch_sub(1) == 1) waiting_.notify_all();
  }
  void unlock() { mutex_.unlock(); }

  // For the holder, between the slices of long work: lets those go first who wait.
  void LetOthers() {
    if (waiting_.load() == 0) return;
    mutex_.unlock();
    WaitForOthers();
    mutex_.lock();
  }
  // For one who will take the lock again and again: returns once nobody else waits for it.
  void WaitForOthers() {
    for (int waiting = waiting_.load(); waiting != 0; waiting = waiting_.load()) waiting_.wait(waiting);
  }

 private:
  std::mutex mutex_;
  std::atomic<int> waiting_{0};
};

}  // namespace roamkit
