#include "sending.h"

#include <cerrno>
#include <utility>

#include "jobs.h"

namespace mqueue {

Sending::Sending(std::shared_ptr<Environment> environment, Host* host, Poller& poller)
    : Direction(std::move(environment), host, poller, UV_WRITABLE, "onsend", nullptr),
      outbox_(this->environment()->outbox()) {}

long Sending::TryNow(uint32_t count) {
  if (!outbox_.Collect(count)) return -EINVAL;
  int error = 0;
  const size_t sent = outbox_.batch().SendFrom(queue().fd, 0, &error);
  return sent > 0 ? static_cast<long>(sent) : error;
}

int Sending::Prepare(uint32_t amount) {
  if (!outbox_.Collect(amount) || !pending_.CopyFrom(outbox_.batch())) return -EINVAL;
  sent_ = 0;
  return 0;
}

void Sending::Release() { pending_ = MessageBatch(); }

int Sending::Try(int status) {
  if (status != 0) return status;
  int error = 0;
  sent_ = pending_.SendFrom(queue().fd, sent_, &error);
  return error;
}

long Sending::Outcome(int error) { return sent_ > 0 ? static_cast<long>(sent_) : error; }

std::unique_ptr<BlockingJob> Sending::MakeJob(PoolBudget::Token token) {
  return std::make_unique<SendJob>(this, environment(), std::move(token), std::move(pending_), queue());
}

void Sending::JobTakenBack(BlockingJob& job) { pending_ = job.TakeBatch(); }

void Sending::JobBack(BlockingJob& job) {
  sent_ = job.sent();
  End();
  if (!environment()->stopped()) Tell(Outcome(job.error()));
}

size_t Sending::Settle() {
  const BlockingJob* job = SettleThread();
  if (job != nullptr) sent_ = job->sent();
  if (waiting()) End();
  return sent_;
}

}  // namespace mqueue
