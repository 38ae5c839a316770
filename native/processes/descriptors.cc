#include "processes/descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>

namespace roamkit {

namespace {

// The same numbers on all architectures (since Linux 5.3 and 5.6); older C libraries do not name them.
#ifdef SYS_pidfd_open
constexpr long kPidfdOpen = SYS_pidfd_open;
#else
constexpr long kPidfdOpen = 434;
#endif
#ifdef SYS_pidfd_getfd
constexpr long kPidfdGetfd = SYS_pidfd_getfd;
#else
constexpr long kPidfdGetfd = 438;
#endif

struct DirectoryCloser {
  void operator()(DIR* directory) const { closedir(directory); }
};
using Directory = std::unique_ptr<DIR, DirectoryCloser>;

template <typename Number>
bool ParseNumber(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

// "socket:[12345]"
bool ParseSocketLink(std::string_view target, uint32_t& inode) {
  constexpr std::string_view kStart = "socket:[";
  if (!target.starts_with(kStart) || !target.ends_with(']')) return false;
  return ParseNumber(target.substr(kStart.size(), target.size() - kStart.size() - 1), inode);
}

}  // namespace

Failure ListSockets(pid_t pid, std::vector<SocketDescriptor>& sockets) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fd";
  const Directory directory(opendir(path.c_str()));
  if (!directory) return Failure::Last("opendir(/proc/PID/fd)");
  const auto first = static_cast<std::ptrdiff_t>(sockets.size());
  std::array<char, 64> target;
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(directory.get());
    if (entry == nullptr) break;
    SocketDescriptor socket;
    if (!ParseNumber(std::string_view(entry->d_name), socket.fd)) continue;
    const ssize_t length = readlinkat(dirfd(directory.get()), entry->d_name, target.data(), target.size());
    if (length < 0) {
      // It may have been closed meanwhile.
      if (errno == ENOENT) continue;
      return Failure::Last("readlink(/proc/PID/fd)");
    }
    if (ParseSocketLink({target.data(), static_cast<size_t>(length)}, socket.inode))
      sockets.push_back(socket);
  }
  // A process that ends meanwhile has no descriptors any more, and readdir() says so.
  if (errno != 0) return Failure::Last("readdir(/proc/PID/fd)");
  const auto by_inode = [](const SocketDescriptor& one, const SocketDescriptor& other) {
    return one.inode < other.inode;
  };
  const auto same_inode = [](const SocketDescriptor& one, const SocketDescriptor& other) {
    return one.inode == other.inode;
  };
  std::stable_sort(sockets.begin() + first, sockets.end(), by_inode);
  sockets.erase(std::unique(sockets.begin() + first, sockets.end(), same_inode), sockets.end());
  return {};
}

Failure OpenProcess(pid_t pid, UniqueFd& process) {
  process = UniqueFd(static_cast<int>(syscall(kPidfdOpen, pid, 0)));
  return process.IsOpen() ? Failure{} : Failure::Last("pidfd_open");
}

Failure DuplicateDescriptor(const UniqueFd& process, int fd, UniqueFd& duplicate) {
  duplicate = UniqueFd(static_cast<int>(syscall(kPidfdGetfd, process.get(), fd, 0)));
  return duplicate.IsOpen() ? Failure{} : Failure::Last("pidfd_getfd");
}

}  // namespace roamkit
