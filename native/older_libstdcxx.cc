// Lets an addon that was built with GCC 11 or newer load beside the libstdc++ of older ones: of all it uses,
// this function alone is newer than GCC 8's (docs/adr/0019). Hidden: what
// else the process loads keeps its own.
#include <cstdlib>
#include <new>

#if defined(_GLIBCXX_RELEASE) && _GLIBCXX_RELEASE >= 11

namespace std {

// Asked for more elements than an address space holds. Without exceptions the library's own would end the
// process just so.
__attribute__((visibility("hidden"))) void __throw_bad_array_new_length() {
  abort();
}

}  // namespace std

#endif
