#include "descriptor.h"

#include <unistd.h>

#include <cerrno>

namespace mqueue {

int Descriptor::Close() {
  const int fd = std::exchange(fd_, -1);
  if (fd < 0 || close(fd) == 0) return 0;
  return -errno;
}

}  // namespace mqueue
