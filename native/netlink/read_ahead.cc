#include "netlink/read_ahead.h"

#include <linux/netlink.h>

#include <algorithm>
#include <utility>

#include "thread_name.h"

namespace roamkit {

bool IsLastOfDump(const Message& message) {
  return message.type == NLMSG_DONE || message.type == NLMSG_ERROR;
}

ReadAhead::ReadAhead(NetlinkSocket& socket, uint32_t sequence, const std::atomic<bool>& is_cancelled)
    : socket_(socket), thread_([this, sequence, &is_cancelled] { Run(sequence, is_cancelled); }) {}

ReadAhead::~ReadAhead() {
  is_stopping_ = true;
  free_.release();
  thread_.join();
}

Received ReadAhead::Next(std::vector<Message>& messages) {
  // The caller has done with the one before.
  if (!std::exchange(is_first_, false)) free_.release();
  filled_.acquire();
  Datagram& datagram = datagrams_[std::exchange(next_, (next_ + 1) % kDatagrams)];
  std::swap(messages, datagram.messages);
  return datagram.received;
}

void ReadAhead::Run(uint32_t sequence, const std::atomic<bool>& is_cancelled) {
  NameThread("roamkit-dump");
  for (size_t index = 0;; index = (index + 1) % kDatagrams) {
    free_.acquire();
    if (is_stopping_) return;
    Datagram& datagram = datagrams_[index];
    datagram.received =
        is_cancelled ? Received::kNothing : socket_.Receive(datagram.buffer, datagram.messages);
    const bool is_failed = datagram.received == Received::kNothing || datagram.received == Received::kFailed;
    const bool is_last =
        is_failed ||
        std::any_of(datagram.messages.begin(), datagram.messages.end(), [sequence](const Message& message) {
          return message.sequence == sequence && IsLastOfDump(message);
        });
    filled_.release();
    if (is_last) return;
  }
}

}  // namespace roamkit
