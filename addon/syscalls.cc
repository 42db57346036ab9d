#include "syscalls.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace mqueue::sys {

namespace {

// The system calls want the name without the slash that the C library's functions want.
const char* KernelName(const std::string& name) {
  return name.c_str() + (name.empty() || name[0] != '/' ? 0 : 1);
}

long Result(long returned) { return returned < 0 ? -errno : returned; }

// With a deadline in the past the call never sleeps, and one descriptor serves the waiting and the
// non-waiting calls. A pending signal makes it EINTR without having looked again at the queue.
template <typename Call>
long WithoutWaiting(Call call) {
  // Not a constant: qemu's user mode writes the deadline back, and tells EFAULT of a message that went.
  struct timespec past = {0, 0};
  long result;
  do {
    result = call(&past);
  } while (result == -EINTR);
  return result == -ETIMEDOUT ? -EAGAIN : result;
}

}  // namespace

OpenResult Open(const std::string& name, int flags, mode_t mode, const struct mq_attr* attributes) {
  const long result = Result(syscall(SYS_mq_open, KernelName(name), flags, mode, attributes));
  if (result < 0) return {Descriptor(), static_cast<int>(result)};
  return {Descriptor(static_cast<int>(result)), 0};
}

int Unlink(const std::string& name) {
  return static_cast<int>(Result(syscall(SYS_mq_unlink, KernelName(name))));
}

int GetAttributes(int fd, struct mq_attr* attributes) {
  return static_cast<int>(Result(syscall(SYS_mq_getsetattr, fd, nullptr, attributes)));
}

int GetStatus(int fd, struct stat* status) { return fstat(fd, status) == 0 ? 0 : -errno; }

int SetPermissions(int fd, mode_t mode, const gid_t* group) {
  constexpr uid_t kSameOwner = static_cast<uid_t>(-1);
  // The group first: the mode is for that one.
  if (group != nullptr && fchown(fd, kSameOwner, *group) != 0) return -errno;
  return fchmod(fd, mode) == 0 ? 0 : -errno;
}

ssize_t Receive(int fd, char* buffer, size_t size, unsigned* priority,
                const struct timespec* deadline) {
  return Result(syscall(SYS_mq_timedreceive, fd, buffer, size, priority, deadline));
}

int Send(int fd, const char* data, size_t size, unsigned priority,
         const struct timespec* deadline) {
  return static_cast<int>(
      Result(syscall(SYS_mq_timedsend, fd, data, size, priority, deadline)));
}

ssize_t TryReceive(int fd, char* buffer, size_t size, unsigned* priority) {
  return WithoutWaiting(
      [&](const struct timespec* past) { return Receive(fd, buffer, size, priority, past); });
}

int TrySend(int fd, const char* data, size_t size, unsigned priority) {
  return static_cast<int>(WithoutWaiting([&](const struct timespec* past) {
    return long{Send(fd, data, size, priority, past)};
  }));
}

OpenResult WritingTwin(int fd) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  const int twin = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (twin < 0) return {Descriptor(), -errno};
  return {Descriptor(twin), 0};
}

int MakeBlocking(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return -errno;
  if ((flags & O_NONBLOCK) == 0) return 0;
  return fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0 ? -errno : 0;
}

}  // namespace mqueue::sys
