#include "message_batch.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "intake.h"
#include "lease.h"
#include "patience.h"
#include "syscalls.h"

namespace mqueue {

namespace {

bool HadNoRoom(int error) { return error == -EAGAIN || error == -EINTR || error == -ETIMEDOUT; }

}  // namespace

void MessageBatch::Clear() {
  used_ = 0;
  entries_.clear();
  lease_ = nullptr;
}

bool MessageBatch::CopyFrom(const MessageBatch& other) {
  Clear();
  if (other.empty()) return true;
  char* room = Room(other.used_);
  if (room == nullptr) return false;
  if (other.used_ > 0) std::memcpy(room, other.memory_, other.used_);
  used_ = other.used_;
  entries_ = other.entries_;
  lease_ = other.lease_;
  return true;
}

bool MessageBatch::Adopt(size_t size, unsigned priority) {
  if (size > capacity_ - used_) return false;
  Commit(size, priority, 0);
  return true;
}

// The one place where a message is received without a lease: into the memory where it stays.
template <typename Call>
int MessageBatch::Take(size_t message_size, Call call) {
  char* room = Room(message_size);
  if (room == nullptr) return -ENOMEM;
  unsigned priority = 0;
  const ssize_t size = call(room, &priority);
  if (size < 0) return static_cast<int>(size);
  Commit(static_cast<size_t>(size), priority, 0);
  return 0;
}

// Into its slot, and a copy of it here.
template <typename Call>
int MessageBatch::TakeLeased(const Intake& intake, Call call) {
  // Before there is a message: it is to have a place here.
  char* room = Room(intake.message_size);
  if (room == nullptr) return -ENOMEM;
  lease_ = intake.lease;
  const Lease::Received received = call(*lease_);
  if (received.size < 0) return static_cast<int>(received.size);
  const auto size = static_cast<size_t>(received.size);
  if (size > 0) std::memcpy(room, received.data, size);
  Commit(size, received.priority, received.slot);
  return 0;
}

int MessageBatch::Drain(const Intake& intake, size_t max) {
  const int fd = intake.fd;
  const size_t message_size = intake.message_size;
  while (entries_.size() < max && !full(message_size)) {
    const int error =
        intake.lease != nullptr
            ? TakeLeased(intake, [fd](Lease& lease) { return lease.TryReceive(fd); })
            : Take(message_size, [fd, message_size](char* room, unsigned* priority) {
                return sys::TryReceive(fd, room, message_size, priority);
              });
    if (error != 0) return error;
  }
  return 0;
}

int MessageBatch::TakeOne(const Intake& intake, const struct timespec* deadline) {
  if (intake.lease != nullptr) {
    return TakeLeased(intake, [&](Lease& lease) { return lease.Receive(intake.fd, deadline); });
  }
  return Take(intake.message_size, [&](char* room, unsigned* priority) {
    return sys::Receive(intake.fd, room, intake.message_size, priority, deadline);
  });
}

void MessageBatch::FreeSlots(size_t first, size_t end) const {
  if (lease_ == nullptr) return;
  // It fails for one that is free already.
  for (size_t index = first; index < end; ++index) lease_->Free(entries_[index].slot);
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
  std::swap(lease_, other.lease_);
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

void MessageBatch::Commit(size_t size, unsigned priority, uint32_t slot) {
  entries_.push_back({used_, size, priority, slot});
  used_ += Aligned(size);
}

}  // namespace mqueue
