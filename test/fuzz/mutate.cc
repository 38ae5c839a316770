// mutate SEED ROUNDS: takes dumps of this network namespace, the kernel's own messages, changes them at
// random (the same for each seed and network), and feeds them to LLVMFuzzerTestOneInput. Built with
// sanitizers, which end it at the first wrong step; the bytes that led there are then printed.
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/inet_diag.h>
#include <linux/neighbour.h>
#include <linux/netconf.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sanitizer/common_interface_defs.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "netlink/socket.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Datagram = std::vector<uint8_t>;

const uint8_t* current = nullptr;
size_t current_size = 0;

void PrintCurrent() {
  fprintf(stderr, "the datagram:");
  for (size_t at = 0; at < current_size; ++at) fprintf(stderr, " %02x", current[at]);
  fprintf(stderr, "\n");
}

// Each message of a dump, with its header, as a datagram of its own.
template <typename Header>
void Dump(uint16_t type, const Header& header, std::vector<Datagram>& seeds, int protocol = NETLINK_ROUTE) {
  struct {
    nlmsghdr message;
    Header header;
  } request{};
  request.message = {sizeof(request), type, NLM_F_REQUEST | NLM_F_DUMP, 1, 0};
  request.header = header;
  roamkit::NetlinkSocket socket;
  if (socket.Open(true, protocol)) abort();
  socket.Send({reinterpret_cast<const uint8_t*>(&request), sizeof(request)});
  std::vector<roamkit::Message> messages;
  while (socket.Receive(messages) == roamkit::Received::kMessages) {
    for (const roamkit::Message& message : messages) {
      if (message.type == NLMSG_DONE || message.type == NLMSG_ERROR) return;
      const auto length = static_cast<uint32_t>(NLMSG_HDRLEN + message.payload.size());
      const nlmsghdr own{length, message.type, message.flags, 0, 0};
      Datagram datagram(length);
      memcpy(datagram.data(), &own, sizeof(own));
      std::copy(message.payload.begin(), message.payload.end(), datagram.begin() + NLMSG_HDRLEN);
      seeds.push_back(std::move(datagram));
    }
  }
}

// A connection of this process with itself, as sock_diag tells of it; there is none in a new namespace.
void DumpOwnConnection(std::vector<Datagram>& seeds) {
  const roamkit::UniqueFd listener(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const roamkit::UniqueFd client(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener.get(), generic, size) != 0 || listen(listener.get(), 1) != 0 ||
      getsockname(listener.get(), generic, &size) != 0 || connect(client.get(), generic, size) != 0) {
    abort();
  }
  inet_diag_req_v2 request{};
  request.sdiag_family = AF_INET6;
  request.sdiag_protocol = IPPROTO_TCP;
  request.idiag_ext = 1U << (INET_DIAG_INFO - 1);
  request.idiag_states = ~uint32_t{0};
  Dump(SOCK_DIAG_BY_FAMILY, request, seeds, NETLINK_SOCK_DIAG);
}

std::vector<Datagram> DumpAll() {
  std::vector<Datagram> seeds;
  Dump(RTM_GETLINK, ifinfomsg{}, seeds);
  Dump(RTM_GETADDR, ifaddrmsg{}, seeds);
  Dump(RTM_GETNEXTHOP, nhmsg{}, seeds);
  Dump(RTM_GETNETCONF, netconfmsg{}, seeds);
  Dump(RTM_GETNEIGH, ndmsg{}, seeds);
  for (const uint8_t family : {AF_INET, AF_INET6}) {
    rtmsg route{};
    route.rtm_family = family;
    Dump(RTM_GETROUTE, route, seeds);
    fib_rule_hdr rule{};
    rule.family = family;
    Dump(RTM_GETRULE, rule, seeds);
  }
  DumpOwnConnection(seeds);
  return seeds;
}

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  Datagram Mutate(const std::vector<Datagram>& seeds) {
    Datagram datagram = Pick(seeds);
    for (size_t count = Below(6); count > 0; --count) Change(datagram, seeds);
    // Mostly the length that the header should say, so that the decoders are reached.
    if (Below(8) != 0 && datagram.size() >= sizeof(nlmsghdr)) {
      const auto length = static_cast<uint32_t>(datagram.size());
      memcpy(datagram.data(), &length, sizeof(length));
    }
    return datagram;
  }

 private:
  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  const Datagram& Pick(const std::vector<Datagram>& seeds) { return seeds[Below(seeds.size())]; }

  // Where an attribute might begin: they are aligned to 4.
  size_t AttributeOffset(const Datagram& datagram) {
    return std::min(datagram.size(), NLMSG_HDRLEN + 4 * Below(datagram.size() / 4 + 1));
  }

  void Change(Datagram& datagram, const std::vector<Datagram>& seeds) {
    if (datagram.empty()) return;
    constexpr uint8_t kTelling[] = {0, 1, 2, 3, 4, 5, 8, 10, 16, 32, 33, 64, 127, 128, 129, 254, 255};
    switch (Below(8)) {
      case 0:
        datagram[Below(datagram.size())] ^= static_cast<uint8_t>(1U << Below(8));
        return;
      case 1:
        datagram[Below(datagram.size())] = kTelling[Below(sizeof(kTelling))];
        return;
      case 2:
        datagram.resize(Below(datagram.size() + 1));
        return;
      case 3: {  // a length
        const size_t at = AttributeOffset(datagram);
        const auto length = static_cast<uint16_t>(Below(4) == 0 ? random_() : Below(80));
        if (at + sizeof(length) <= datagram.size()) memcpy(&datagram[at], &length, sizeof(length));
        return;
      }
      case 4: {  // a type, nested or not
        const size_t at = AttributeOffset(datagram) + 2;
        const auto type = static_cast<uint16_t>(Below(70) | (Below(4) == 0 ? NLA_F_NESTED : 0));
        if (at + sizeof(type) <= datagram.size()) memcpy(&datagram[at], &type, sizeof(type));
        return;
      }
      case 5: {  // the end of another
        const Datagram& other = Pick(seeds);
        datagram.resize(AttributeOffset(datagram));
        datagram.insert(datagram.end(), other.begin() + static_cast<std::ptrdiff_t>(AttributeOffset(other)),
                        other.end());
        return;
      }
      case 6: {  // another behind it
        const Datagram& other = Pick(seeds);
        if (datagram.size() < 4096) datagram.insert(datagram.end(), other.begin(), other.end());
        return;
      }
      default: {  // a removal instead
        nlmsghdr header;
        if (datagram.size() < sizeof(header)) return;
        memcpy(&header, datagram.data(), sizeof(header));
        header.nlmsg_type = static_cast<uint16_t>(header.nlmsg_type ^ 1U);
        header.nlmsg_flags = static_cast<uint16_t>(random_());
        memcpy(datagram.data(), &header, sizeof(header));
        return;
      }
    }
  }

  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const uint64_t seed = strtoull(argv[1], nullptr, 10);
  const uint64_t rounds = strtoull(argv[2], nullptr, 10);
  const std::vector<Datagram> seeds = DumpAll();
  __sanitizer_set_death_callback(PrintCurrent);
  Mutator mutator(seed);
  for (uint64_t round = 0; round < rounds; ++round) {
    const Datagram datagram = mutator.Mutate(seeds);
    // In a block of exactly its size: a byte read behind it is noticed.
    const std::unique_ptr<uint8_t[]> exact(new uint8_t[datagram.size()]);
    std::copy(datagram.begin(), datagram.end(), exact.get());
    current = exact.get();
    current_size = datagram.size();
    LLVMFuzzerTestOneInput(exact.get(), datagram.size());
  }
  printf("%zu messages of the kernel, %llu mutants of them\n", seeds.size(),
         static_cast<unsigned long long>(rounds));
  return 0;
}
