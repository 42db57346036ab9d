#include "message_batch.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "syscalls.h"

namespace mqueue {

void MessageBatch::Add(const char* data, size_t size, unsigned priority) {
  char* room = Room(size);
  if (size > 0) std::memcpy(room, data, size);
  Commit(size, priority);
}

void MessageBatch::Clear() {
  used_ = 0;
  entries_.clear();
}

int MessageBatch::Drain(int fd, size_t message_size, size_t max) {
  while (entries_.size() < max) {
    unsigned priority = 0;
    const ssize_t size = TryReceive(fd, Room(message_size), message_size, &priority);
    if (size < 0) return static_cast<int>(size);
    Commit(static_cast<size_t>(size), priority);
  }
  return 0;
}

int MessageBatch::TakeOne(int fd, size_t message_size, const struct timespec* deadline) {
  unsigned priority = 0;
  const ssize_t size = Receive(fd, Room(message_size), message_size, &priority, deadline);
  if (size < 0) return static_cast<int>(size);
  Commit(static_cast<size_t>(size), priority);
  return 0;
}

size_t MessageBatch::SendFrom(int fd, size_t first, int* error) const {
  *error = 0;
  size_t index = first;
  for (; index < entries_.size(); ++index) {
    *error = TrySend(fd, data(index), entries_[index].size, entries_[index].priority);
    if (*error != 0) break;
  }
  return index;
}

void MessageBatch::Swap(MessageBatch& other) noexcept {
  std::swap(storage_, other.storage_);
  std::swap(capacity_, other.capacity_);
  std::swap(used_, other.used_);
  std::swap(entries_, other.entries_);
}

char* MessageBatch::Room(size_t size) {
  if (capacity_ - used_ < size) {
    // Not zeroed: the memory of a large message size is only touched as far as messages fill it.
    const size_t capacity = std::max(used_ + size, capacity_ * 2);
    std::unique_ptr<char[]> storage(new char[capacity]);
    if (used_ > 0) std::memcpy(storage.get(), storage_.get(), used_);
    storage_ = std::move(storage);
    capacity_ = capacity;
  }
  return storage_.get() + used_;
}

void MessageBatch::Commit(size_t size, unsigned priority) {
  entries_.push_back({used_, size, priority});
  used_ += size;
}

}  // namespace mqueue
