#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <vector>

namespace mqueue {

struct Intake;
class Lease;
class Patience;

// Messages packed one behind the other in one block of memory. It knows no JavaScript: a pool
// thread fills or empties it.
class MessageBatch {
 public:
  struct Entry {
    size_t offset;
    size_t size;
    unsigned priority;
    // Where a lease keeps it, 0 for nowhere.
    uint32_t slot;
  };

  // What one batch takes from a queue at most: this many bytes, or one message where that is more.
  static constexpr size_t kMostBytes = 65536;

  // Each message begins at a multiple of it, so that a view of its bytes may be one of numbers.
  static constexpr size_t kAlignment = 8;
  static constexpr size_t Aligned(size_t size) {
    return (size + kAlignment - 1) / kAlignment * kAlignment;
  }

  // In memory of its own, as much as it needs.
  MessageBatch() = default;
  // In memory that others see too. The capacity is aligned.
  MessageBatch(char* memory, size_t capacity) : memory_(memory), capacity_(capacity) {}
  MessageBatch(MessageBatch&& other) noexcept { Swap(other); }
  MessageBatch& operator=(MessageBatch&& other) noexcept {
    Swap(other);
    return *this;
  }

  size_t count() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  const Entry& entry(size_t index) const { return entries_[index]; }
  const char* data(size_t index) const { return memory_ + entries_[index].offset; }

  void Clear();
  // Replaces what it has. False when that does not fit into memory that others see.
  [[nodiscard]] bool CopyFrom(const MessageBatch& other);
  // Adds a message whose bytes are in the memory already. False when they cannot be.
  [[nodiscard]] bool Adopt(size_t size, unsigned priority);

  // Takes from the queue without waiting until `count()` is `max` or the batch is full. Returns 0,
  // or what ended it: -EAGAIN (empty), another negative errno.
  int Drain(const Intake& intake, size_t max);

  // Takes one message, waiting until `deadline`. 0 or a negative errno.
  [[nodiscard]] int TakeOne(const Intake& intake, const struct timespec* deadline);

  // Whether a lease keeps its messages, so that none is lost that goes nowhere.
  bool leased() const { return lease_ != nullptr; }
  // The lease need not keep these any more, which went elsewhere.
  void FreeSlots(size_t first, size_t end) const;

  // Sends entries from `first` on without waiting, or waiting as long as there is patience. Returns the
  // index of the first that was not sent; `error` says why (0 when all were).
  [[nodiscard]] size_t SendFrom(int fd, size_t first, int* error, Patience* patience = nullptr) const;

 private:
  void Swap(MessageBatch& other) noexcept;
  bool full(size_t size) const { return used_ > 0 && used_ + size > kMostBytes; }
  template <typename Call>
  int Take(size_t message_size, Call call);
  template <typename Call>
  int TakeLeased(const Intake& intake, Call call);
  // Null when memory that others see is too small.
  char* Room(size_t size);
  void Commit(size_t size, unsigned priority, uint32_t slot);

  std::unique_ptr<char[]> own_;
  char* memory_ = nullptr;
  size_t capacity_ = 0;
  size_t used_ = 0;
  std::vector<Entry> entries_;
  std::shared_ptr<Lease> lease_;
};

}  // namespace mqueue
