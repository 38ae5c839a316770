// The words for what the core has as enums and the kernel as numbers: those of core/*.ts and of iproute2.
#pragma once

#include <cstdint>
#include <string>

#include "monitor/monitor.h"

namespace roamkit {

const char* NameOf(ChangeKind kind);
const char* NameOf(Scope scope);
const char* NameOf(RouteType type);
const char* NameOf(RuleAction action);
const char* PreferenceName(uint8_t preference);
const char* NameOf(TcpState state);
const char* NameOf(VerdictKind kind);
const char* NameOf(Reason reason);
const char* NameOf(LookupFailure failure);
// RTPROT_*.
std::string ProtocolName(uint8_t protocol);
// An errno's: `EPERM`.
std::string ErrnoName(int error);

}  // namespace roamkit
