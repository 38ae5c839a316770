// What debuggers, `top -H` and our own benchmarks call a thread.
#pragma once

#include <sys/prctl.h>

namespace roamkit {

// Names the calling thread; 15 characters is what the kernel keeps. Not pthread_setname_np: linked with
// glibc 2.34 or newer, it would be all that keeps a prebuilt addon from older ones.
inline void NameThread(const char* name) {
  prctl(PR_SET_NAME, name);
}

}  // namespace roamkit
