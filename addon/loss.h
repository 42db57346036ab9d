#pragma once

#include <cstddef>

namespace mqueue {

// Messages that were to go back into the kernel's queue and could not: how many, and why not the first
// of them (a negative errno, -EAGAIN: there was no room).
struct Loss {
  size_t count = 0;
  int error = 0;

  void Add(const Loss& other) {
    if (count == 0) error = other.error;
    count += other.count;
  }
};

}  // namespace mqueue
