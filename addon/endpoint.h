#pragma once

#include <cstddef>

namespace mqueue {

// What is needed to use a queue, without the right to close it.
struct Endpoint {
  int fd = -1;
  // Whether this descriptor may send.
  bool writable = false;
  size_t message_size = 0;

  bool valid() const { return fd >= 0; }
};

}  // namespace mqueue
