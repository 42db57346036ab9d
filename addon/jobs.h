#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "blocking_job.h"
#include "loss.h"
#include "message_batch.h"

namespace mqueue {

// Waits for one message, then takes what is there without waiting, `max` in all.
class ReceiveJob : public BlockingJob {
 public:
  ReceiveJob(Queue* queue, PoolBudget::Token token, size_t max);

  // After AwaitBack: what it took, or the error.
  const MessageBatch& batch() const { return batch_; }
  int error() const { return error_; }
  // The messages have gone elsewhere.
  void MarkTaken();
  Loss Discard(Patience& patience) override;

 protected:
  void Run() override;
  void Back(Queue* queue, bool cancelled_in_queue) override;

 private:
  int fd_;
  bool writable_;
  size_t message_size_;
  size_t max_;
  int error_ = 0;
  MessageBatch batch_;
};

// Sends all of its messages, waiting for room as often as it takes.
class SendJob : public BlockingJob {
 public:
  SendJob(Queue* queue, PoolBudget::Token token, MessageBatch batch);

  // After TakeBack: what it was to send.
  MessageBatch TakeBatch() { return std::move(batch_); }
  // After AwaitBack: how many the kernel took.
  size_t sent() const { return sent_; }

 protected:
  void Run() override;
  void Back(Queue* queue, bool cancelled_in_queue) override;

 private:
  int fd_;
  int error_ = 0;
  size_t sent_ = 0;
  MessageBatch batch_;
};

// Puts messages from `first` on back into the kernel's queue, with their priorities, without waiting
// or waiting as long as there is patience. `writable`: whether `fd` itself may send. Returns those that
// did not go.
Loss GiveBack(int fd, bool writable, const MessageBatch& batch, size_t first,
                Patience* patience = nullptr);

}  // namespace mqueue
