// The floor of every latency figure: a process that does nothing but wait for route-netlink messages and print when
// each datagram came (milliseconds of CLOCK_MONOTONIC).
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int main() {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    perror("netlink");
    return 1;
  }
  setvbuf(stdout, nullptr, _IOLBF, 0);
  puts("ready");
  static char buffer[65536];
  while (recv(fd, buffer, sizeof(buffer), 0) > 0) {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%.6f\n", static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6);
  }
}
