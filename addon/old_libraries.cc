// What the headers of newer libraries make a program call, and older libraries do not have: see
// old_libraries.h. Hidden, so that nothing but this addon gets these, and the process's own stay as they are.

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <typeinfo>

#ifdef __GLIBC__

#define MQUEUE_HIDDEN extern "C" __attribute__((visibility("hidden")))

// Whether the process has one thread only, where counting references could do without atomics: never,
// in Node. Since glibc 2.32.
MQUEUE_HIDDEN char __libc_single_threaded;
char __libc_single_threaded = 0;

// std::__throw_bad_array_new_length(), of a container that grew too large; there are no exceptions. Since
// GCC 11.
MQUEUE_HIDDEN [[noreturn]] void _ZSt28__throw_bad_array_new_lengthv() { std::abort(); }

// std::_Sp_make_shared_tag::_S_eq(), for objects that another compiler made by std::make_shared: there are
// none. Since GCC 9.
MQUEUE_HIDDEN bool _ZNSt19_Sp_make_shared_tag5_S_eqERKSt9type_info(const std::type_info&) {
  return false;
}

// The C library's function of this name was in its headers only. Since glibc 2.33.
#if defined(__x86_64__) || defined(__aarch64__)
MQUEUE_HIDDEN int fstat64(int fd, void* status) {
  return static_cast<int>(syscall(SYS_fstat, fd, status));
}
#endif

#endif
