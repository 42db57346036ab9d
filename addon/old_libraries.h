#pragma once

// Included before everything else, in each file. The linker takes the newest version of each symbol that
// the libraries of the building machine have, but a binary has to load wherever Node itself does: with
// glibc 2.28 and the libstdc++ of GCC 8. Here are the symbols whose versions are newer while their meaning is
// what it was: the pthread functions moved from libpthread to libc. scripts/check-symbols.mjs tells
// whether any is missing; old_libraries.cc has those that the old libraries lack.

#include <features.h>

#if defined(__GLIBC__) && (defined(__x86_64__) || defined(__aarch64__))

#ifdef __x86_64__
#define MQUEUE_OLD_GLIBC "GLIBC_2.2.5"
#else
#define MQUEUE_OLD_GLIBC "GLIBC_2.17"
#endif

#define MQUEUE_AT(symbol, version) __asm__(".symver " #symbol "," #symbol "@" version)

MQUEUE_AT(pthread_create, MQUEUE_OLD_GLIBC);
MQUEUE_AT(pthread_detach, MQUEUE_OLD_GLIBC);
MQUEUE_AT(pthread_join, MQUEUE_OLD_GLIBC);
MQUEUE_AT(pthread_kill, MQUEUE_OLD_GLIBC);
MQUEUE_AT(pthread_once, MQUEUE_OLD_GLIBC);
MQUEUE_AT(pthread_sigmask, MQUEUE_OLD_GLIBC);

// std::condition_variable::wait(std::unique_lock<std::mutex>&)
MQUEUE_AT(_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE, "GLIBCXX_3.4.11");

#undef MQUEUE_AT
#undef MQUEUE_OLD_GLIBC

#endif
