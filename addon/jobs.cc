#include "jobs.h"

#include <cerrno>
#include <utility>

#include "put_back.h"
#include "syscalls.h"

namespace mqueue {

ReceiveJob::ReceiveJob(Listener* listener, std::shared_ptr<Environment> environment,
                       PoolBudget::Token token, const Endpoint& queue, std::shared_ptr<Lease> lease,
                       size_t max)
    : BlockingJob(listener, std::move(environment), std::move(token), MessageBatch()),
      queue_(queue),
      intake_(queue, std::move(lease)),
      max_(max) {}

void ReceiveJob::Run() {
  error_ = Block([this](const struct timespec* deadline) {
    return batch_.TakeOne(intake_, deadline);
  });
  // What ends the rest is told by the next call: these messages go first.
  if (error_ == 0 && !ended()) batch_.Drain(intake_, max_);
}

Loss ReceiveJob::PutBack(Patience& patience) {
  const MessageBatch batch = TakeBatch();
  error_ = -ECANCELED;
  return LossOf(batch, mqueue::PutBack(queue_, batch, 0, &patience));
}

SendJob::SendJob(Listener* listener, std::shared_ptr<Environment> environment, PoolBudget::Token token,
                 MessageBatch batch, const Endpoint& queue)
    : BlockingJob(listener, std::move(environment), std::move(token), std::move(batch)), queue_(queue) {}

void SendJob::Run() {
  while (error_ == 0 && sent_ < batch_.count() && !ended()) {
    error_ = Block([this](const struct timespec* deadline) {
      const MessageBatch::Entry& entry = batch_.entry(sent_);
      return sys::Send(queue_.fd, batch_.data(sent_), entry.size, entry.priority, deadline);
    });
    if (error_ != 0) return;
    int ended = 0;
    sent_ = batch_.SendFrom(queue_.fd, sent_ + 1, &ended);
  }
}

}  // namespace mqueue
