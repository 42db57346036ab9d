#include "message_batch.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "patience.h"
#include "syscalls.h"

namespace mqueue {

namespace {

bool HadNoRoom(int error) { return error == -EAGAIN || error == -EINTR || error == -ETIMEDOUT; }

}  // namespace

void MessageBatch::Clear() {
  used_ = 0;
  entries_.clear();
}

bool MessageBatch::CopyFrom(const MessageBatch& other) {
  Clear();
  if (other.empty()) return true;
  char* room = Room(other.used_);
  if (room == nullptr) return false;
  if (other.used_ > 0) std::memcpy(room, other.memory_, other.used_);
  used_ = other.used_;
  entries_ = other.entries_;
  return true;
}

bool MessageBatch::Adopt(size_t size, unsigned priority) {
  if (size > capacity_ - used_) return false;
  Commit(size, priority);
  return true;
}

// The one place where a message is received: into the memory where it stays.
template <typename Call>
int MessageBatch::Take(size_t message_size, Call call) {
  char* room = Room(message_size);
  if (room == nullptr) return -ENOMEM;
  unsigned priority = 0;
  const ssize_t size = call(room, &priority);
  if (size < 0) return static_cast<int>(size);
  Commit(static_cast<size_t>(size), priority);
  return 0;
}

int MessageBatch::Drain(int fd, size_t message_size, size_t max) {
  while (entries_.size() < max && !full(message_size)) {
    const int error = Take(message_size, [=](char* room, unsigned* priority) {
      return sys::TryReceive(fd, room, message_size, priority);
    });
    if (error != 0) return error;
  }
  return 0;
}

int MessageBatch::TakeOne(int fd, size_t message_size, const struct timespec* deadline) {
  return Take(message_size, [=](char* room, unsigned* priority) {
    return sys::Receive(fd, room, message_size, priority, deadline);
  });
}

size_t MessageBatch::SendFrom(int fd, size_t first, int* error,
                              Patience* patience) const {
  *error = 0;
  size_t index = first;
  for (; index < entries_.size(); ++index) {
    const Entry& entry = entries_[index];
    *error = sys::TrySend(fd, data(index), entry.size, entry.priority);
    while (patience != nullptr && HadNoRoom(*error) && !patience->over()) {
      *error = sys::Send(fd, data(index), entry.size, entry.priority, patience->Deadline());
    }
    if (*error != 0) break;
  }
  return index;
}

void MessageBatch::Swap(MessageBatch& other) noexcept {
  std::swap(own_, other.own_);
  std::swap(memory_, other.memory_);
  std::swap(capacity_, other.capacity_);
  std::swap(used_, other.used_);
  std::swap(entries_, other.entries_);
}

char* MessageBatch::Room(size_t size) {
  if (memory_ != nullptr && capacity_ - used_ >= size) return memory_ + used_;
  const bool shared = memory_ != nullptr && own_ == nullptr;
  if (shared) return nullptr;
  // Not zeroed: the memory of a large message size is only touched as far as messages fill it.
  const size_t capacity = std::max(Aligned(used_ + size), capacity_ * 2);
  std::unique_ptr<char[]> grown(new (std::nothrow) char[capacity]);
  if (grown == nullptr) return nullptr;
  if (used_ > 0) std::memcpy(grown.get(), memory_, used_);
  own_ = std::move(grown);
  memory_ = own_.get();
  capacity_ = capacity;
  return memory_ + used_;
}

void MessageBatch::Commit(size_t size, unsigned priority) {
  entries_.push_back({used_, size, priority});
  used_ += Aligned(size);
}

}  // namespace mqueue
