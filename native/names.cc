#include "names.h"

#include <cerrno>

namespace roamkit {

const char* NameOf(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kAdd:
      return "add";
    case ChangeKind::kChange:
      return "change";
    case ChangeKind::kRemove:
      return "remove";
  }
  return "";
}

const char* NameOf(Scope scope) {
  switch (scope) {
    case Scope::kGlobal:
      return "global";
    case Scope::kSite:
      return "site";
    case Scope::kLink:
      return "link";
    case Scope::kHost:
      return "host";
    default:
      return "nowhere";
  }
}

const char* NameOf(RouteType type) {
  switch (type) {
    case RouteType::kUnicast:
      return "unicast";
    case RouteType::kLocal:
      return "local";
    case RouteType::kBroadcast:
      return "broadcast";
    case RouteType::kAnycast:
      return "anycast";
    case RouteType::kMulticast:
      return "multicast";
    case RouteType::kBlackhole:
      return "blackhole";
    case RouteType::kUnreachable:
      return "unreachable";
    case RouteType::kProhibit:
      return "prohibit";
    case RouteType::kThrow:
      return "throw";
    default:
      return "unknown";
  }
}

const char* NameOf(RuleAction action) {
  switch (action) {
    case RuleAction::kTable:
      return "lookup";
    case RuleAction::kGoto:
      return "goto";
    case RuleAction::kNop:
      return "nop";
    case RuleAction::kBlackhole:
      return "blackhole";
    case RuleAction::kUnreachable:
      return "unreachable";
    case RuleAction::kProhibit:
      return "prohibit";
  }
  return "unknown";
}

// RTPROT_* in <linux/rtnetlink.h>, by the names that /etc/iproute2/rt_protos gives them.
std::string ProtocolName(uint8_t protocol) {
  switch (protocol) {
    case 0:
      return "unspec";
    case 1:
      return "redirect";
    case 2:
      return "kernel";
    case 3:
      return "boot";
    case 4:
      return "static";
    case 9:
      return "ra";
    case 16:
      return "dhcp";
    case 186:
      return "bgp";
    case 188:
      return "ospf";
    default:
      return std::to_string(protocol);
  }
}

const char* PreferenceName(uint8_t preference) {
  return preference == 1 ? "high" : preference == 3 ? "low" : "medium";
}

const char* NameOf(TcpState state) {
  switch (state) {
    case TcpState::kEstablished:
      return "established";
    case TcpState::kSynSent:
      return "syn-sent";
    case TcpState::kSynReceived:
      return "syn-received";
    case TcpState::kFinWait1:
      return "fin-wait-1";
    case TcpState::kFinWait2:
      return "fin-wait-2";
    case TcpState::kTimeWait:
      return "time-wait";
    case TcpState::kClose:
      return "close";
    case TcpState::kCloseWait:
      return "close-wait";
    case TcpState::kLastAck:
      return "last-ack";
    case TcpState::kListen:
      return "listen";
    case TcpState::kClosing:
      return "closing";
  }
  return "";
}

const char* NameOf(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kRoutable:
      return "routable";
    case VerdictKind::kRerouted:
      return "rerouted";
    case VerdictKind::kUnroutable:
      return "unroutable";
  }
  return "";
}

const char* NameOf(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return "";
    case Reason::kLinkDown:
      return "link-down";
    case Reason::kSourceRemoved:
      return "source-removed";
    case Reason::kCarrierLost:
      return "carrier-lost";
    case Reason::kNoRoute:
      return "no-route";
    case Reason::kUnreachable:
      return "unreachable";
    case Reason::kProhibited:
      return "prohibited";
    case Reason::kBlackholed:
      return "blackholed";
    case Reason::kGatewayRemoved:
      return "gateway-removed";
    case Reason::kGatewayUnreachable:
      return "gateway-unreachable";
    case Reason::kEgressChanged:
      return "egress-changed";
    case Reason::kGatewayChanged:
      return "gateway-changed";
  }
  return "";
}

const char* NameOf(LookupFailure failure) {
  switch (failure) {
    case LookupFailure::kNone:
      return "";
    case LookupFailure::kNoRoute:
      return "no-route";
    case LookupFailure::kUnreachable:
      return "unreachable";
    case LookupFailure::kProhibited:
      return "prohibited";
    case LookupFailure::kBlackholed:
      return "blackholed";
    case LookupFailure::kSourceRemoved:
      return "source-removed";
  }
  return "";
}

// glibc names them only from 2.32 on; these are the ones that sockets and namespaces give.
std::string ErrnoName(int error) {
  switch (error) {
    case EPERM:
      return "EPERM";
    case ENOENT:
      return "ENOENT";
    case ESRCH:
      return "ESRCH";
    case EINTR:
      return "EINTR";
    case EIO:
      return "EIO";
    case EBADF:
      return "EBADF";
    case EAGAIN:
      return "EAGAIN";
    case EBADMSG:
      return "EBADMSG";
    case EACCES:
      return "EACCES";
    case EINVAL:
      return "EINVAL";
    case EMFILE:
      return "EMFILE";
    case ENFILE:
      return "ENFILE";
    case ENOBUFS:
      return "ENOBUFS";
    case ENOMEM:
      return "ENOMEM";
    case ENODEV:
      return "ENODEV";
    case ENOSYS:
      return "ENOSYS";
    case EAFNOSUPPORT:
      return "EAFNOSUPPORT";
    case EPROTONOSUPPORT:
      return "EPROTONOSUPPORT";
    case EOPNOTSUPP:
      return "EOPNOTSUPP";
    case ETIMEDOUT:
      return "ETIMEDOUT";
    default:
      return "errno " + std::to_string(error);
  }
}

}  // namespace roamkit
