#include "marshal.h"

#include <cstring>
#include <string_view>
#include <vector>

#include "names.h"

namespace roamkit {

namespace {

Napi::Value TextOrNull(Napi::Env env, const std::string& text) {
  return text.empty() ? env.Null() : Napi::String::New(env, text).As<Napi::Value>();
}

Napi::Value AddressOrNull(Napi::Env env, const IpAddress& address) {
  return TextOrNull(env, address.Text());
}

Napi::Value NumberOrNull(Napi::Env env, uint32_t number) {
  return number == 0 ? env.Null() : Napi::Number::New(env, number).As<Napi::Value>();
}

double NumberOf(Family family) {
  return static_cast<double>(family);
}

std::string LinkName(uint32_t ifindex, const FindLink& find_link) {
  const std::optional<Link> link = find_link(ifindex);
  return link ? link->name : std::string();
}

Napi::Object ToJs(Napi::Env env, const Link& link) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("ifindex", link.ifindex);
  object.Set("name", link.name);
  object.Set("kind", TextOrNull(env, link.kind));
  object.Set("isLoopback", link.is_loopback);
  object.Set("isUp", link.is_up);
  object.Set("hasCarrier", link.has_carrier);
  object.Set("masterIfindex", NumberOrNull(env, link.master));
  return object;
}

Napi::Object ToJs(Napi::Env env, const Address& address) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("family", NumberOf(address.address.family));
  object.Set("ifindex", address.ifindex);
  object.Set("address", address.address.Text());
  object.Set("prefixLength", address.prefix_length);
  object.Set("scope", NameOf(address.scope));
  object.Set("isTentative", address.is_tentative);
  object.Set("isDadFailed", address.is_dad_failed);
  object.Set("isDeprecated", address.is_deprecated);
  object.Set("isSecondary", address.is_secondary);
  object.Set("peer", AddressOrNull(env, address.peer));
  return object;
}

Napi::Object ToJs(Napi::Env env, const Rule& rule) {
  const auto prefix = [&](const Prefix& value) {
    return value.length == 0 ? env.Null() : TextOrNull(env, value.Text());
  };
  const auto number = [&](bool is_there, uint32_t value) {
    return is_there ? Napi::Number::New(env, value).As<Napi::Value>() : env.Null();
  };
  Napi::Object object = Napi::Object::New(env);
  object.Set("family", NumberOf(rule.family));
  object.Set("priority", rule.priority);
  object.Set("action", NameOf(rule.action));
  object.Set("table", number(rule.action == RuleAction::kTable, rule.table));
  object.Set("from", prefix(rule.from));
  object.Set("to", prefix(rule.to));
  object.Set("iif", TextOrNull(env, rule.iif));
  object.Set("oif", TextOrNull(env, rule.oif));
  object.Set("fwmark", number(rule.fwmark.has_value(), rule.fwmark ? rule.fwmark->first : 0));
  object.Set("fwmask", number(rule.fwmark.has_value(), rule.fwmark ? rule.fwmark->second : 0));
  const auto range = [&](uint32_t first, uint32_t last) -> Napi::Value {
    Napi::Array bounds = Napi::Array::New(env, 2);
    bounds.Set(uint32_t{0}, first);
    bounds.Set(uint32_t{1}, last);
    return bounds;
  };
  const auto ports = [&](const std::optional<PortRange>& value) {
    return value ? range(value->first, value->last) : env.Null();
  };
  object.Set("gotoPriority", number(rule.action == RuleAction::kGoto, rule.goto_priority));
  object.Set("tos", rule.tos);
  object.Set("uidRange", rule.uids ? range(rule.uids->first, rule.uids->last) : env.Null());
  object.Set("ipProtocol", number(rule.ip_protocol.has_value(), rule.ip_protocol.value_or(0)));
  object.Set("sourcePorts", ports(rule.source_ports));
  object.Set("destinationPorts", ports(rule.destination_ports));
  object.Set("suppressPrefixLength",
             number(rule.suppress_prefix_length.has_value(), rule.suppress_prefix_length.value_or(0)));
  object.Set("suppressIfgroup", number(rule.suppress_ifgroup.has_value(), rule.suppress_ifgroup.value_or(0)));
  object.Set("isL3mdev", rule.is_l3mdev);
  object.Set("hasUnknownSelector", rule.has_unknown_selector);
  object.Set("isInverted", rule.is_inverted);
  return object;
}

Napi::Value ToJs(Napi::Env env, const std::optional<Path>& path, const FindLink& find_link) {
  if (!path) return env.Null();
  Napi::Object object = Napi::Object::New(env);
  object.Set("oif", path->oif);
  object.Set("link", LinkName(path->oif, find_link));
  object.Set("gateway", AddressOrNull(env, path->gateway));
  object.Set("source", AddressOrNull(env, path->source));
  object.Set("table", path->table);
  object.Set("gatewayReachable", path->is_gateway_reachable);
  return object;
}

Napi::Object ToJs(Napi::Env env, const NextHop& leg, RouteType type, const FindLink& find_link) {
  const std::optional<Link> link = find_link(leg.oif);
  Napi::Array flags = Napi::Array::New(env);
  const auto add_flag = [&](const char* flag) { flags.Set(flags.Length(), flag); };
  // The kernel's flags of a leg are its link's state (RTNH_F_DEAD, RTNH_F_LINKDOWN), but for what is
  // delivered here (fib_sync_down_dev). In the order in which `ip` prints them.
  const bool is_stateful = link && type != RouteType::kLocal;
  if (is_stateful && !link->is_up) add_flag("dead");
  if (leg.is_onlink) add_flag("onlink");
  if (is_stateful && !link->IsUsable()) add_flag("linkdown");
  Napi::Object object = Napi::Object::New(env);
  object.Set("oif", NumberOrNull(env, leg.oif));
  object.Set("link", TextOrNull(env, link ? link->name : std::string()));
  object.Set("gateway", AddressOrNull(env, leg.gateway));
  object.Set("weight", leg.weight);
  object.Set("flags", flags);
  return object;
}

template <typename List, typename Convert>
Napi::Array ListToJs(Napi::Env env, const List& items, Convert convert) {
  Napi::Array array = Napi::Array::New(env, items.size());
  for (uint32_t index = 0; index < items.size(); ++index) array.Set(index, convert(items[index]));
  return array;
}

template <typename List, typename Convert>
Napi::Array ChangesToJs(Napi::Env env, const List& changes, const char* name, Convert convert) {
  return ListToJs(env, changes, [&](const typename List::value_type& change) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("kind", NameOf(change.kind));
    object.Set(name, convert(change.value));
    return object;
  });
}

}  // namespace

Napi::Object RouteMaker::Make(const Route& route) {
  const Napi::Env env = env_;
  if (js_legs_.IsEmpty() || type_ != route.type || legs_ != route.nexthops) {
    type_ = route.type;
    legs_ = route.nexthops;
    js_legs_ = ListToJs(env, legs_, [&](const NextHop& leg) { return ToJs(env, leg, type_, find_link_); });
  }
  Napi::Object object = Napi::Object::New(env);
  object.Set("family", NumberOf(route.family()));
  object.Set("table", route.table);
  object.Set("type", NameOf(route.type));
  object.Set("dst", route.destination.Text());
  object.Set("tos", route.tos);
  object.Set("metric", route.metric);
  object.Set("scope", NameOf(route.scope));
  object.Set("protocol", ProtocolName(route.protocol));
  object.Set("source", AddressOrNull(env, route.preferred_source));
  object.Set("nexthops", js_legs_);
  object.Set("nexthopId", NumberOrNull(env, route.nexthop_id));
  object.Set("pref", route.family() == Family::kV6
                         ? Napi::String::New(env, PreferenceName(route.preference)).As<Napi::Value>()
                         : env.Null());
  object.Set("isExpired", route.is_expired);
  return object;
}

Napi::Object VerdictMaker::Make(const Verdict& verdict) {
  for (const auto& [known, object] : made_) {
    if (known == verdict) return object;
  }
  Napi::Object object = Napi::Object::New(env_);
  object.Set("kind", NameOf(verdict.kind));
  object.Set("reason", TextOrNull(env_, NameOf(verdict.reason)));
  object.Set("path", ToJs(env_, verdict.path, find_link_));
  object.Set("certain", verdict.is_certain);
  if (made_.size() == kMostKept) made_.pop_front();
  made_.emplace_back(verdict, object);
  return object;
}

Napi::Object ToJs(Napi::Env env, const Batch& batch, const FindLink& find_link) {
  const MirrorChanges& mirror = batch.mirror;
  Napi::Object object = Napi::Object::New(env);
  object.Set("receivedAt", batch.received_at_ms);
  object.Set("links",
             ChangesToJs(env, mirror.links, "link", [&](const Link& link) { return ToJs(env, link); }));
  object.Set("addresses", ChangesToJs(env, mirror.addresses, "address",
                                      [&](const Address& address) { return ToJs(env, address); }));
  object.Set("rules",
             ChangesToJs(env, mirror.rules, "rule", [&](const Rule& rule) { return ToJs(env, rule); }));
  RouteMaker routes(env, find_link);
  object.Set("routes", ChangesToJs(env, mirror.routes, "route",
                                   [&](const Route& route) { return routes.Make(route); }));
  object.Set("omittedRoutes", static_cast<double>(mirror.omitted_routes));
  if (batch.default_paths) {
    Napi::Object paths = Napi::Object::New(env);
    paths.Set("4", ToJs(env, (*batch.default_paths)[0], find_link));
    paths.Set("6", ToJs(env, (*batch.default_paths)[1], find_link));
    object.Set("defaultPaths", paths);
  } else {
    object.Set("defaultPaths", env.Null());
  }
  Napi::Array lost = Napi::Array::New(env);
  if (batch.lost_defaults[0]) lost.Set(lost.Length(), 4);
  if (batch.lost_defaults[1]) lost.Set(lost.Length(), 6);
  object.Set("lostDefaults", lost);
  VerdictMaker verdicts(env, find_link);
  object.Set("verdicts", ListToJs(env, batch.verdicts, [&](const FlowVerdict& entry) {
               Napi::Object verdict = Napi::Object::New(env);
               verdict.Set("flow", entry.flow);
               verdict.Set("verdict", verdicts.Make(entry.verdict));
               verdict.Set("since", entry.since_ms);
               return verdict;
             }));
  object.Set("portals", ListToJs(env, batch.portals, [&](const Portal& portal) {
               const PortalOption& option = portal.option;
               Napi::Object announcement = Napi::Object::New(env);
               announcement.Set("ifindex", option.ifindex);
               announcement.Set("link", LinkName(option.ifindex, find_link));
               announcement.Set("uri", option.uri);
               announcement.Set("router", option.router.Text());
               announcement.Set("receivedAt", portal.received_at_ms);
               return announcement;
             }));
  object.Set("resync", batch.is_resync);
  return object;
}

Napi::Object ToJs(Napi::Env env, const TcpDiagnosis& diagnosis) {
  const auto window = [&](const std::optional<uint32_t>& bytes) {
    return bytes ? Napi::Number::New(env, *bytes).As<Napi::Value>() : env.Null();
  };
  Napi::Object object = Napi::Object::New(env);
  object.Set("state", NameOf(diagnosis.state));
  object.Set("boundIfindex", NumberOrNull(env, diagnosis.bound_ifindex));
  object.Set("unackedSegments", diagnosis.unacked_segments);
  object.Set("retransmits", diagnosis.retransmits);
  object.Set("backoff", diagnosis.backoff);
  object.Set("probes", diagnosis.probes);
  object.Set("totalRetransmits", diagnosis.total_retransmits);
  object.Set("rtoMs", static_cast<double>(diagnosis.rto_us) / 1000);
  object.Set("bytesAcked", static_cast<double>(diagnosis.bytes_acked));
  object.Set("bytesReceived", static_cast<double>(diagnosis.bytes_received));
  object.Set("inFlightBytes", diagnosis.in_flight_bytes);
  object.Set("notSentBytes", diagnosis.not_sent_bytes);
  object.Set("lastAckReceivedMs", diagnosis.last_ack_received_ms);
  object.Set("lastDataReceivedMs", diagnosis.last_data_received_ms);
  object.Set("sendWindowBytes", window(diagnosis.send_window_bytes));
  object.Set("receiveWindowBytes", window(diagnosis.receive_window_bytes));
  return object;
}

Napi::Object ToJs(Napi::Env env, const MonitorStats& stats) {
  Napi::Object object = Napi::Object::New(env);
  const auto set = [&](const char* name, auto value) { object.Set(name, static_cast<double>(value)); };
  set("links", stats.links);
  set("addresses", stats.addresses);
  set("rules", stats.rules);
  set("nexthops", stats.nexthops);
  set("routes", stats.routes);
  set("flows", stats.flows);
  set("failedNeighbours", stats.failed_neighbours);
  set("batches", stats.batches);
  set("messages", stats.messages);
  set("malformedMessages", stats.malformed_messages);
  set("wakeups", stats.wakeups);
  set("overruns", stats.overruns);
  set("resyncs", stats.resyncs);
  set("audits", stats.audits);
  set("auditCorrections", stats.audit_corrections);
  set("flowChecks", stats.flow_checks);
  set("receiveBufferBytes", stats.receive_buffer_bytes);
  return object;
}

Napi::Value LookupToJs(Napi::Env env, const LookupResult& result, const FindLink& find_link) {
  const NextHop leg = result.legs.empty() || !result.IsRoutable() ? NextHop{} : result.legs.front();
  std::string line = NameOf(result.failure);
  const auto add = [&line](std::string_view field) { line.append(1, '\n').append(field); };
  const auto add_number = [&](uint32_t number) { add(number == 0 ? std::string() : std::to_string(number)); };
  add(result.type == RouteType::kUnspecified ? "" : NameOf(result.type));
  add_number(result.table);
  add(result.prefix.address.IsSet() ? result.prefix.Text() : std::string());
  add_number(leg.oif);
  add(LinkName(leg.oif, find_link));
  add(leg.gateway.Text());
  add(result.IsRoutable() ? result.source.Text() : std::string());
  add(result.is_certain ? "certain" : "");
  const Napi::String fields = Napi::String::New(env, line);
  if (!result.IsRoutable() || result.legs.size() < 2) return fields;
  Napi::Array with_legs = Napi::Array::New(env, 2);
  with_legs.Set(0U, fields);
  with_legs.Set(1U, ListToJs(env, result.legs,
                             [&](const NextHop& hop) { return ToJs(env, hop, result.type, find_link); }));
  return with_legs;
}

Napi::Error ToJsError(Napi::Env env, const Failure& failure) {
  Napi::Error error = Napi::Error::New(env, strerror(failure.error));
  error.Value().Set("code", ErrnoName(failure.error));
  error.Value().Set("operation", failure.operation);
  return error;
}

Napi::Error InvalidArgument(Napi::Env env, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Value().Set("code", "ERR_ROAMKIT_INVALID_ARGUMENT");
  return error;
}

}  // namespace roamkit
