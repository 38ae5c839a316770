// A second thread for long dumps: the kernel makes the next datagram while the one before is still being
// worked on.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <semaphore>
#include <thread>
#include <vector>

#include "netlink/socket.h"

namespace roamkit {

// Whether the message ends an answer.
bool IsLastOfDump(const Message& message);

class ReadAhead {
 public:
  // Reads the answers to the question of that number, to their end, or until the flag is set. Meanwhile the
  // socket is nobody else's.
  ReadAhead(NetlinkSocket& socket, uint32_t sequence, const std::atomic<bool>& is_cancelled);
  // Waits for the thread: no longer than a datagram takes.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // The next datagram, valid until the next call. Not to be called after the last one.
  Received Next(std::vector<Message>& messages);

 private:
  // One is read, one worked on, and one may wait in between.
  static constexpr size_t kDatagrams = 3;
  struct Datagram {
    std::vector<uint8_t> buffer;
    std::vector<Message> messages;
    Received received = Received::kNothing;
  };

  void Run(uint32_t sequence, const std::atomic<bool>& is_cancelled);

  NetlinkSocket& socket_;
  std::array<Datagram, kDatagrams> datagrams_;
  std::counting_semaphore<kDatagrams> free_{kDatagrams - 1};
  std::counting_semaphore<kDatagrams> filled_{0};
  std::atomic<bool> is_stopping_{false};
  size_t next_ = 0;
  bool is_first_ = true;
  std::thread thread_;
};

}  // namespace roamkit
