#include "monitor/network_namespace.h"

#include <fcntl.h>
#include <sched.h>

namespace roamkit {

Failure EnterNetworkNamespace(const std::string& name_or_path) {
  const bool is_path = name_or_path.find('/') != std::string::npos;
  const std::string path = is_path ? name_or_path : "/run/netns/" + name_or_path;
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.IsOpen()) return Failure::Last("open network namespace");
  if (setns(fd.get(), CLONE_NEWNET) != 0) return Failure::Last("setns");
  return {};
}

}  // namespace roamkit
