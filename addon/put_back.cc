#include "put_back.h"

#include <cerrno>

#include "syscalls.h"

namespace mqueue {

Loss PutBack(const Endpoint& queue, const MessageBatch& batch, size_t first, Patience* patience) {
  if (first >= batch.count()) return {};
  sys::OpenResult twin;
  if (!queue.writable) twin = sys::WritingTwin(queue.fd);
  if (twin.error != 0) return {batch.count() - first, twin.error};
  int error = 0;
  const int fd = queue.writable ? queue.fd : twin.descriptor.get();
  const size_t next = batch.SendFrom(fd, first, &error, patience);
  batch.FreeSlots(first, next);
  // What the system call answers when the patience is over.
  const bool no_room = error == -EINTR || error == -ETIMEDOUT;
  return {batch.count() - next, no_room ? -EAGAIN : error};
}

}  // namespace mqueue
