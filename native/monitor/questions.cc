// What the JavaScript thread asks a monitor: answered at once, from the mirror or by the kernel.
#include <poll.h>

#include <utility>

#include "monitor/clock.h"
#include "monitor/kernel_observer.h"
#include "monitor/monitor.h"

namespace roamkit {

std::optional<Failure> Monitor::TakeStartResult() {
  const std::lock_guard lock(mutex_);
  return std::exchange(start_result_, std::nullopt);
}

std::optional<Batch> Monitor::TakeBatch() {
  const std::lock_guard lock(mutex_);
  if (!pending_) return std::nullopt;
  ++stats_.batches;
  if (pending_->IsLarge()) return pending_->TakePart();
  return std::exchange(pending_, std::nullopt);
}

bool Monitor::HasBatch() {
  const std::lock_guard lock(mutex_);
  return pending_.has_value();
}

LookupResult Monitor::Lookup(const LookupQuery& query) {
  const std::lock_guard lock(mutex_);
  return mirror_.Lookup(query);
}

Failure Monitor::LookupKernel(const LookupQuery& query, LookupResult& result) {
  return asker_.LookupRoute(query, result);
}

std::optional<RouteCursor> Monitor::RoutePage(const RouteFilter& filter, const RouteCursor& from,
                                              size_t limit, std::vector<Route>& out) {
  const std::lock_guard lock(mutex_);
  return mirror_.fib().Page(filter, from, limit, out);
}

Monitor::AddedFlow Monitor::AddFlow(const FlowSpec& spec) {
  const std::lock_guard lock(mutex_);
  const uint32_t id = flows_.Add(spec, mirror_);
  return {id, flows_.Find(id)->verdict, mirror_.HasUntakenChanges() ? NowMs() : changed_at_ms_};
}

void Monitor::RemoveFlow(uint32_t id) {
  const std::lock_guard lock(mutex_);
  flows_.Remove(id);
}

Failure Monitor::Confirm(std::span<const uint32_t> ids,
                         std::vector<std::optional<Confirmation>>& confirmations) {
  confirmations.assign(ids.size(), std::nullopt);
  std::optional<KernelObserver> kernel;
  for (size_t index = 0; index < ids.size(); ++index) {
    if (index % kFlowsPerObserver == 0) kernel.emplace(asker_);
    if (const Failure failure = ConfirmOne(ids[index], *kernel, confirmations[index])) return failure;
  }
  return {};
}

Failure Monitor::ConfirmOne(uint32_t id, KernelObserver& kernel, std::optional<Confirmation>& confirmation) {
  FlowSpec spec;
  Baseline baseline;
  Situation mirrored;
  {
    const std::lock_guard lock(mutex_);
    const FlowTable::Flow* flow = flows_.Find(id);
    if (flow == nullptr) return {};
    spec = flow->spec;
    baseline = flow->baseline;
    if (IsExemptFromJudgement(spec)) {
      confirmation = Confirmation{};
      return {};
    }
    mirrored = Observe(mirror_, spec, &baseline);
  }
  Situation asked;
  if (const Failure failure = kernel.Observe(spec, baseline, mirrored, asked)) return failure;
  confirmation = Confirmation{Judge(baseline, mirrored), Judge(baseline, asked)};
  return {};
}

Failure Monitor::Diagnose(std::span<const uint32_t> ids,
                          std::vector<std::optional<TcpDiagnosis>>& diagnoses) {
  std::vector<SocketTuple> tuples;
  // Of those that are TCP and whose both ends are known.
  std::vector<size_t> places;
  {
    const std::lock_guard lock(mutex_);
    for (size_t index = 0; index < ids.size(); ++index) {
      const FlowTable::Flow* flow = flows_.Find(ids[index]);
      if (flow == nullptr || flow->spec.is_udp || !flow->spec.local) continue;
      const FlowSpec& spec = flow->spec;
      tuples.push_back({*spec.local, spec.remote, spec.local_port, spec.remote_port, spec.oif});
      places.push_back(index);
    }
  }
  std::vector<std::optional<TcpDiagnosis>> answers;
  if (const Failure failure = diagnoser_.Diagnose(tuples, answers)) return failure;
  diagnoses.assign(ids.size(), std::nullopt);
  for (size_t index = 0; index < places.size(); ++index) diagnoses[places[index]] = answers[index];
  return {};
}

MonitorStats Monitor::Stats() {
  const std::lock_guard lock(mutex_);
  MonitorStats stats = stats_;
  stats.links = mirror_.links().all().size();
  stats.addresses = mirror_.addresses().size();
  stats.rules = mirror_.rules().size();
  stats.nexthops = mirror_.nexthops().all().size();
  stats.routes = mirror_.fib().size();
  stats.flows = flows_.size();
  stats.failed_neighbours = mirror_.neighbours().size();
  stats.flow_checks = flows_.checks();
  return stats;
}

double Monitor::ReadUpTo() const {
  pollfd polled{events_fd_.load(), POLLIN, 0};
  // In this order: what the thread has taken from the socket meanwhile, it took while is_reading_ was set.
  const bool is_empty = polled.fd >= 0 && poll(&polled, 1, 0) == 0;
  return is_empty && !is_reading_ ? NowMs() : 0;
}

std::optional<Link> Monitor::LastSeenLink(uint32_t ifindex) {
  const std::lock_guard lock(mutex_);
  const auto found = last_seen_.find(ifindex);
  return found == last_seen_.end() ? std::nullopt : std::optional(found->second);
}

uint32_t Monitor::IfindexOf(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const Link* link = mirror_.links().FindByName(name);
  return link == nullptr ? 0 : link->ifindex;
}

}  // namespace roamkit
