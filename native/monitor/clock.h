// The clock of everything that is told with a time.
#pragma once

#include <time.h>

namespace roamkit {

// Milliseconds of CLOCK_MONOTONIC, as process.hrtime() in JavaScript.
inline double NowMs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

}  // namespace roamkit
