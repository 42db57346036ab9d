#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>

#include "loss.h"
#include "message_batch.h"

namespace mqueue {

class Patience;

// Memory that JavaScript sees too, in which messages cross the boundary in one direction: no
// JavaScript value has to be made or read for each. It is full only during a call.
//
// Its ArrayBuffer begins with two uint32 for each message, size and priority; then one, which the
// reader makes 1 when it has taken what is there, and one that is 1 once a larger one has taken its place:
// any number of readers may have it; then one for each message, the slot in which a lease keeps it, or 0. Behind them
// are the bytes, each message from the next
// multiple of MessageBatch::kAlignment on.
class Mailbox {
 public:
  // Where the messages of an inbox came from.
  class Source {
   public:
    // Puts them back into the kernel's queue. Returns those that did not go.
    [[nodiscard]] virtual Loss PutBack(const MessageBatch& batch, Patience& patience) = 0;

   protected:
    ~Source() = default;
  };

  static constexpr size_t kMostMessages = 512;
  static constexpr size_t kTaken = kMostMessages * 2;
  static constexpr size_t kOutgrown = kTaken + 1;
  static constexpr size_t kSlots = kOutgrown + 1;
  static constexpr size_t kHeaders = kSlots + kMostMessages;
  static constexpr size_t kHeaderBytes = MessageBatch::Aligned(kHeaders * sizeof(uint32_t));

  // Makes room for messages of this size. False when there is no memory for it.
  [[nodiscard]] bool Reserve(Napi::Env env, size_t message_size);
  void Release();
  Napi::Value buffer() const { return buffer_.Value(); }

  MessageBatch& batch() { return batch_; }
  // Writes the headers of what is in the batch, which came from `source`. How many messages that are.
  [[nodiscard]] long Publish(Source* source);
  // For the end: where the messages came from that nobody took; null when there are none.
  Source* untaken() const { return empty_or_taken() ? nullptr : source_; }
  // The source is going.
  void Forget(const Source* source);
  // What is there went elsewhere: a reader who was told of it finds it taken.
  void Drop();
  // Makes the batch from the headers. False when they are wrong.
  [[nodiscard]] bool Collect(size_t count);

 private:
  bool empty_or_taken() const { return batch_.empty() || headers_[kTaken] != 0; }

  Napi::Reference<Napi::ArrayBuffer> buffer_;
  Source* source_ = nullptr;
  uint32_t* headers_ = nullptr;
  size_t capacity_ = 0;
  MessageBatch batch_;
};

}  // namespace mqueue
