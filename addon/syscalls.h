#pragma once

#include "platform.h"

#include <mqueue.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <ctime>
#include <string>

#include "descriptor.h"

// The Linux system calls behind mq_overview(7), called directly: glibc's mq_ functions are
// versioned GLIBC_2.34, which would shut out every older distribution. Failures are returned as a
// negative errno, never through errno itself.
namespace mqueue::sys {

struct OpenResult {
  Descriptor descriptor;
  int error = 0;
};

// `name` carries its leading slash. `attributes` may be null: the kernel's defaults.
[[nodiscard]] OpenResult Open(const std::string& name, int flags, mode_t mode, const struct mq_attr* attributes);

[[nodiscard]] int Unlink(const std::string& name);

[[nodiscard]] int GetAttributes(int fd, struct mq_attr* attributes);

// Owner, group, mode, and whether it still has a name (st_nlink).
[[nodiscard]] int GetStatus(int fd, struct stat* status);

// Whatever the umask. The group stays as it is where none is given.
[[nodiscard]] int SetPermissions(int fd, mode_t mode, const gid_t* group);

// Wait until `deadline` (CLOCK_REALTIME, absolute; the kernel reads it when the call begins), or for
// ever when it is null. Receive returns the length of the message.
[[nodiscard]] ssize_t Receive(int fd, char* buffer, size_t size, unsigned* priority,
                const struct timespec* deadline);
[[nodiscard]] int Send(int fd, const char* data, size_t size, unsigned priority, const struct timespec* deadline);

// The same without waiting: -EAGAIN on an empty or a full queue.
[[nodiscard]] ssize_t TryReceive(int fd, char* buffer, size_t size, unsigned* priority);
[[nodiscard]] int TrySend(int fd, const char* data, size_t size, unsigned priority);

// A second, writing descriptor of the queue behind `fd`, also when it was unlinked meanwhile.
[[nodiscard]] OpenResult WritingTwin(int fd);

// Takes O_NONBLOCK off the descriptor. libuv sets it on every descriptor that it polls.
[[nodiscard]] int MakeBlocking(int fd);

}  // namespace mqueue::sys
