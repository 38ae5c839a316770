#include "arguments.h"

#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "marshal.h"

namespace roamkit {

namespace {

// An address with an optional scope: `fe80::1%eth0`, `fe80::1%3`.
struct ScopedAddress {
  IpAddress address;
  uint32_t scope = 0;
};

// nullopt, with an exception pending, where the value is no address.
std::optional<ScopedAddress> ReadAddress(const Napi::Value& value, const char* name, Monitor& monitor) {
  const std::string text = value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
  const size_t percent = text.find('%');
  const std::optional<IpAddress> address = IpAddress::Parse(text.substr(0, percent));
  if (!address) {
    InvalidArgument(value.Env(), std::string(name) + ": '" + text + "' is not an IP address")
        .ThrowAsJavaScriptException();
    return std::nullopt;
  }
  ScopedAddress scoped{*address, 0};
  if (percent == std::string::npos) return scoped;
  const std::string scope = text.substr(percent + 1);
  const auto [end, error] = std::from_chars(scope.data(), scope.data() + scope.size(), scoped.scope);
  if (error != std::errc{} || end != scope.data() + scope.size()) scoped.scope = monitor.IfindexOf(scope);
  if (scoped.scope == 0) {
    InvalidArgument(value.Env(), std::string(name) + ": there is no link '" + scope + "'")
        .ThrowAsJavaScriptException();
    return std::nullopt;
  }
  return scoped;
}

// A number that JavaScript has found to be in range.
template <typename Number>
void ReadNumber(const Napi::Object& object, const char* name, std::optional<Number>& number) {
  const Napi::Value value = object.Get(name);
  if (value.IsNumber()) number = static_cast<Number>(value.As<Napi::Number>().Uint32Value());
}

// 0 where there is none.
uint32_t NumberIn(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  return value.IsNumber() ? value.As<Napi::Number>().Uint32Value() : 0U;
}

// By the names that JavaScript knows; each family has an ICMP of its own.
uint8_t ProtocolOf(const std::string& name, Family family) {
  if (name == "tcp") return IPPROTO_TCP;
  if (name == "udp") return IPPROTO_UDP;
  return static_cast<uint8_t>(family == Family::kV4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6});
}

std::optional<RouteCursor> ParseCursor(const std::string& text) {
  std::vector<std::string> parts{""};
  for (const char character : text) {
    if (character == ' ')
      parts.emplace_back();
    else
      parts.back() += character;
  }
  if (parts.size() != 4) return std::nullopt;
  const auto number = [](const std::string& part) {
    uint32_t value = 0;
    std::from_chars(part.data(), part.data() + part.size(), value);
    return value;
  };
  const std::optional<IpAddress> address = IpAddress::Parse(parts[2]);
  if (!address) return std::nullopt;
  RouteCursor cursor;
  cursor.table = {static_cast<Family>(number(parts[0])), number(parts[1])};
  cursor.prefix = {*address, static_cast<uint8_t>(number(parts[3]))};
  cursor.is_within_table = true;
  return cursor;
}

}  // namespace

MonitorOptions ReadMonitorOptions(const Napi::Object& object) {
  MonitorOptions options;
  if (const Napi::Value netns = object.Get("netns"); netns.IsString()) {
    options.netns = netns.As<Napi::String>().Utf8Value();
  }
  if (const Napi::Value bytes = object.Get("receiveBufferBytes"); bytes.IsNumber()) {
    // The kernel doubles the number it is given, in an int.
    constexpr double kMost = std::numeric_limits<int>::max() / 2;
    options.receive_buffer_bytes = static_cast<int>(std::min(kMost, bytes.As<Napi::Number>().DoubleValue()));
  }
  return options;
}

std::optional<LookupQuery> ReadLookupQuery(const Napi::CallbackInfo& info, Monitor& monitor) {
  const std::optional<ScopedAddress> destination = ReadAddress(info[0], "destination", monitor);
  if (!destination) return std::nullopt;
  LookupQuery query;
  query.destination = destination->address;
  query.oif = destination->scope;
  if (!info[1].IsObject()) return query;
  const Napi::Object options = info[1].As<Napi::Object>();
  if (const Napi::Value source = options.Get("source"); !source.IsUndefined()) {
    const std::optional<ScopedAddress> address = ReadAddress(source, "source", monitor);
    if (!address) return std::nullopt;
    if (address->address.family != query.destination.family) {
      InvalidArgument(info.Env(), "source: is not of the destination's family").ThrowAsJavaScriptException();
      return std::nullopt;
    }
    // 0.0.0.0 and :: as a source are none.
    if (!address->address.IsUnspecified()) query.source = address->address;
  }
  if (const Napi::Value oif = options.Get("oif"); oif.IsString()) {
    const std::string name = oif.As<Napi::String>().Utf8Value();
    query.oif = monitor.IfindexOf(name);
    if (query.oif == 0) {
      InvalidArgument(info.Env(), "oif: there is no link '" + name + "'").ThrowAsJavaScriptException();
      return std::nullopt;
    }
  } else if (oif.IsNumber()) {
    query.oif = oif.As<Napi::Number>().Uint32Value();
  }
  ReadNumber(options, "tos", query.tos);
  ReadNumber(options, "mark", query.mark);
  ReadNumber(options, "uid", query.uid);
  ReadNumber(options, "sourcePort", query.source_port);
  ReadNumber(options, "destinationPort", query.destination_port);
  ReadNumber(options, "protocol", query.protocol);
  if (const Napi::Value protocol = options.Get("protocol"); protocol.IsString()) {
    query.protocol = ProtocolOf(protocol.As<Napi::String>().Utf8Value(), query.destination.family);
  }
  return query;
}

RouteFilter ReadRouteFilter(const Napi::Value& value) {
  RouteFilter filter;
  if (!value.IsObject()) return filter;
  const Napi::Object object = value.As<Napi::Object>();
  filter.family = static_cast<Family>(NumberIn(object, "family"));
  filter.table = NumberIn(object, "table");
  filter.oif = NumberIn(object, "oif");
  return filter;
}

std::optional<RouteCursor> ReadRouteCursor(const Napi::Value& value) {
  if (!value.IsString()) return RouteCursor{};
  const std::optional<RouteCursor> cursor = ParseCursor(value.As<Napi::String>().Utf8Value());
  if (!cursor) {
    InvalidArgument(value.Env(), "cursor: is not one that routes() gave").ThrowAsJavaScriptException();
  }
  return cursor;
}

std::string CursorText(const RouteCursor& cursor) {
  return std::to_string(static_cast<int>(cursor.table.family)) + " " + std::to_string(cursor.table.table) +
         " " + cursor.prefix.address.Text() + " " + std::to_string(cursor.prefix.length);
}

std::optional<FlowSpec> ReadFlow(const Napi::Value& value, Monitor& monitor) {
  const Napi::Env env = value.Env();
  if (!value.IsObject()) {
    InvalidArgument(env, "flow: must be an object").ThrowAsJavaScriptException();
    return std::nullopt;
  }
  const Napi::Object object = value.As<Napi::Object>();
  const std::optional<ScopedAddress> remote =
      ReadAddress(object.Get("remoteAddress"), "remote address", monitor);
  if (!remote) return std::nullopt;
  FlowSpec spec;
  spec.is_udp = object.Get("protocol").ToString().Utf8Value() == "udp";
  spec.remote = remote->address;
  spec.remote_port = static_cast<uint16_t>(NumberIn(object, "remotePort"));
  spec.local_port = static_cast<uint16_t>(NumberIn(object, "localPort"));
  const uint32_t oif = NumberIn(object, "oif");
  spec.oif = oif != 0 ? oif : remote->scope;
  if (const Napi::Value since = object.Get("connectingSinceMs"); since.IsNumber()) {
    spec.connecting_since_ms = since.As<Napi::Number>().DoubleValue();
  }
  if (const Napi::Value local = object.Get("localAddress"); local.IsString()) {
    const std::optional<ScopedAddress> address = ReadAddress(local, "local address", monitor);
    if (!address) return std::nullopt;
    if (address->address.family != spec.remote.family) {
      InvalidArgument(env, "local address: is not of the remote address's family")
          .ThrowAsJavaScriptException();
      return std::nullopt;
    }
    spec.local = address->address;
    if (spec.oif == 0) spec.oif = address->scope;
  }
  return spec;
}

std::optional<std::vector<uint32_t>> ReadFlowIds(const Napi::Value& value) {
  if (!value.IsArray()) {
    InvalidArgument(value.Env(), "flows: must be an array").ThrowAsJavaScriptException();
    return std::nullopt;
  }
  const Napi::Array flows = value.As<Napi::Array>();
  std::vector<uint32_t> ids(flows.Length());
  for (uint32_t index = 0; index < flows.Length(); ++index) {
    const Napi::Value flow = flows[index];
    ids[index] = flow.ToNumber().Uint32Value();
  }
  return ids;
}

}  // namespace roamkit
