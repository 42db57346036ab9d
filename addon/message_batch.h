#pragma once

#include <cstddef>
#include <ctime>
#include <memory>
#include <vector>

namespace mqueue {

// Messages packed one behind the other in one block of memory. It knows no JavaScript: a pool
// thread fills or empties it.
class MessageBatch {
 public:
  struct Entry {
    size_t offset;
    size_t size;
    unsigned priority;
  };

  MessageBatch() = default;
  MessageBatch(MessageBatch&& other) noexcept { Swap(other); }
  MessageBatch& operator=(MessageBatch&& other) noexcept {
    Swap(other);
    return *this;
  }

  size_t count() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  const Entry& entry(size_t index) const { return entries_[index]; }
  const char* data(size_t index) const { return storage_.get() + entries_[index].offset; }

  void Add(const char* data, size_t size, unsigned priority);
  void Clear();

  // Takes from the queue without waiting until `count()` is `max`. Returns 0, or what ended it:
  // -EAGAIN (empty), another negative errno.
  int Drain(int fd, size_t message_size, size_t max);

  // Takes one message, waiting until `deadline`. 0 or a negative errno.
  int TakeOne(int fd, size_t message_size, const struct timespec* deadline);

  // Sends entries from `first` on without waiting. Returns the index of the first that was not
  // sent; `error` says why (0 when all were).
  size_t SendFrom(int fd, size_t first, int* error) const;

 private:
  void Swap(MessageBatch& other) noexcept;
  char* Room(size_t size);
  void Commit(size_t size, unsigned priority);

  std::unique_ptr<char[]> storage_;
  size_t capacity_ = 0;
  size_t used_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace mqueue
