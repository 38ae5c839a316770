// The floor of the initial sync: asks for all IPv4 routes, receives them, and keeps nothing. Prints how many
// there were, and the milliseconds that it took: by the clock, and on a CPU.
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

static double NowMs(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

int main() {
  const double start = NowMs(CLOCK_MONOTONIC);
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  struct {
    nlmsghdr header;
    rtmsg route;
  } request{};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = RTM_GETROUTE;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.route.rtm_family = AF_INET;
  if (fd < 0 || send(fd, &request, sizeof(request), 0) < 0) {
    perror("netlink");
    return 1;
  }
  // The kernel fills datagrams up to 32 KiB (netlink_dump in af_netlink.c).
  alignas(nlmsghdr) static char buffer[32768];
  unsigned long routes = 0;
  for (;;) {
    const ssize_t length = recv(fd, buffer, sizeof(buffer), 0);
    if (length <= 0) {
      perror("recv");
      return 1;
    }
    auto rest = static_cast<unsigned>(length);
    for (auto* message = reinterpret_cast<nlmsghdr*>(buffer); NLMSG_OK(message, rest);
         message = NLMSG_NEXT(message, rest)) {
      if (message->nlmsg_type == NLMSG_DONE) {
        printf("%lu %.3f %.3f\n", routes, NowMs(CLOCK_MONOTONIC) - start, NowMs(CLOCK_PROCESS_CPUTIME_ID));
        return 0;
      }
      ++routes;
    }
  }
}
