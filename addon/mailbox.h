#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>

#include "message_batch.h"

namespace mqueue {

// Memory that JavaScript sees too, in which messages cross the boundary in one direction: no
// JavaScript value has to be made or read for each. It is full only during a call.
//
// Its ArrayBuffer begins with two uint32 for each message, size and priority; behind them are the
// bytes, each message from the next multiple of MessageBatch::kAlignment on.
class Mailbox {
 public:
  static constexpr size_t kMostMessages = 512;
  static constexpr size_t kHeaderBytes = kMostMessages * 2 * sizeof(uint32_t);

  // Makes room for messages of this size. False when there is no memory for it.
  bool Reserve(Napi::Env env, size_t message_size);
  void Release();
  Napi::Value buffer() const { return buffer_.Value(); }

  MessageBatch& batch() { return batch_; }
  // Writes the headers of what is in the batch. How many messages that are.
  long Publish();
  // Makes the batch from the headers. False when they are wrong.
  bool Collect(size_t count);

 private:
  Napi::Reference<Napi::ArrayBuffer> buffer_;
  uint32_t* headers_ = nullptr;
  size_t capacity_ = 0;
  MessageBatch batch_;
};

}  // namespace mqueue
