// Between the core's structs and JavaScript's objects. The shapes are those of core/*.ts and
// main/monitor/backend.ts.
#pragma once

#include <napi.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "monitor/monitor.h"

namespace roamkit {

// Looks a link up by index: for names, and for the state of a route's legs.
using FindLink = std::function<std::optional<Link>(uint32_t ifindex)>;

Napi::Object ToJs(Napi::Env env, const Batch& batch, const FindLink& find_link);
// Makes many routes: those with the same legs share the array of them.
class RouteMaker {
 public:
  RouteMaker(Napi::Env env, FindLink find_link) : env_(env), find_link_(std::move(find_link)) {}
  Napi::Object Make(const Route& route);

 private:
  Napi::Env env_;
  FindLink find_link_;
  RouteType type_ = RouteType::kUnspecified;
  std::vector<NextHop> legs_;
  Napi::Array js_legs_;  // of those; empty before the first
};
// Makes many verdicts: those that are alike share an object, for of the flows that fall together most are in
// one case.
class VerdictMaker {
 public:
  VerdictMaker(Napi::Env env, FindLink find_link) : env_(env), find_link_(std::move(find_link)) {}
  Napi::Object Make(const Verdict& verdict);

 private:
  Napi::Env env_;
  FindLink find_link_;
  // Two families, as the mirror and as the kernel see them.
  static constexpr size_t kMostKept = 4;
  std::deque<std::pair<Verdict, Napi::Object>> made_;  // the last ones
};
Napi::Object ToJs(Napi::Env env, const TcpDiagnosis& diagnosis);
Napi::Object ToJs(Napi::Env env, const MonitorStats& stats);
// As NativeLookup in main/monitor/native-addon.ts.
Napi::Value LookupToJs(Napi::Env env, const LookupResult& result, const FindLink& find_link);

// An error with `code` and, where a system call failed, `operation`.
Napi::Error ToJsError(Napi::Env env, const Failure& failure);
Napi::Error InvalidArgument(Napi::Env env, const std::string& message);

}  // namespace roamkit
