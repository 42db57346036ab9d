#pragma once

// Its first include: with system headers of 32 bits the compiler would say something else before.
#if !defined(__LP64__)
#error "posix-mqueue needs a 64-bit system: elsewhere the kernel reads other attributes and times than those that are passed to it here. Use a 64-bit compiler and Node.js."
#endif
