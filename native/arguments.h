// JavaScript's arguments as the core's structs. An argument that cannot be read leaves an exception pending
// and gives nothing.
#pragma once

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/monitor.h"

namespace roamkit {

MonitorOptions ReadMonitorOptions(const Napi::Object& object);
// lookup()'s: the destination and the options.
std::optional<LookupQuery> ReadLookupQuery(const Napi::CallbackInfo& info, Monitor& monitor);
RouteFilter ReadRouteFilter(const Napi::Value& value);
// Without one: the first.
std::optional<RouteCursor> ReadRouteCursor(const Napi::Value& value);
// What ReadRouteCursor() reads: family, table, address, prefix length; opaque to JavaScript.
std::string CursorText(const RouteCursor& cursor);
std::optional<FlowSpec> ReadFlow(const Napi::Value& value, Monitor& monitor);
std::optional<std::vector<uint32_t>> ReadFlowIds(const Napi::Value& value);

}  // namespace roamkit
