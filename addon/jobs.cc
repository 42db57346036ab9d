#include "jobs.h"

#include <cerrno>
#include <utility>

#include "environment.h"
#include "queue.h"
#include "syscalls.h"

namespace mqueue {

ReceiveJob::ReceiveJob(Queue* queue, PoolBudget::Token token, size_t max)
    : BlockingJob(queue, queue->environment(), std::move(token)),
      fd_(queue->fd()),
      writable_(queue->writable()),
      message_size_(queue->message_size()),
      max_(max) {}

void ReceiveJob::Run() {
  error_ = Block([this](const struct timespec* deadline) {
    return batch_.TakeOne(fd_, message_size_, deadline);
  });
  // What ends the rest is told by the next call: these messages go first.
  if (error_ == 0 && !ended()) batch_.Drain(fd_, message_size_, max_);
}

void ReceiveJob::Back(Queue* queue, bool cancelled_in_queue) {
  if (queue == nullptr) return;
  // Who gets them may end the process from there, and then what this job has would be given back.
  const MessageBatch batch = std::move(batch_);
  queue->ReceiveJobBack(cancelled_in_queue ? -ECANCELED : error_, batch);
}

Loss ReceiveJob::Discard(Patience& patience) {
  const Loss lost = GiveBack(fd_, writable_, batch_, 0, &patience);
  MarkTaken();
  return lost;
}

void ReceiveJob::MarkTaken() {
  batch_.Clear();
  error_ = -ECANCELED;
}

SendJob::SendJob(Queue* queue, PoolBudget::Token token, MessageBatch batch)
    : BlockingJob(queue, queue->environment(), std::move(token)),
      fd_(queue->fd()),
      batch_(std::move(batch)) {}

void SendJob::Run() {
  while (error_ == 0 && sent_ < batch_.count() && !ended()) {
    error_ = Block([this](const struct timespec* deadline) {
      const MessageBatch::Entry& entry = batch_.entry(sent_);
      return Send(fd_, batch_.data(sent_), entry.size, entry.priority, deadline);
    });
    if (error_ != 0) return;
    int ended = 0;
    sent_ = batch_.SendFrom(fd_, sent_ + 1, &ended);
  }
}

void SendJob::Back(Queue* queue, bool cancelled_in_queue) {
  if (queue == nullptr) return;
  queue->SendJobBack(cancelled_in_queue ? -ECANCELED : error_, sent_);
}

Loss GiveBack(int fd, bool writable, const MessageBatch& batch, size_t first,
              Patience* patience) {
  if (first >= batch.count()) return {};
  OpenResult twin;
  if (!writable) twin = WritingTwin(fd);
  if (twin.error != 0) return {batch.count() - first, twin.error};
  int error = 0;
  const size_t next = batch.SendFrom(writable ? fd : twin.descriptor.get(), first, &error, patience);
  // What the system call answers when the patience is over.
  const bool no_room = error == -EINTR || error == -ETIMEDOUT;
  return {batch.count() - next, no_room ? -EAGAIN : error};
}

}  // namespace mqueue
