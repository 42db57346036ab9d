#include "receiving.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "intake.h"
#include "jobs.h"
#include "patience.h"
#include "put_back.h"

namespace mqueue {

namespace {

size_t Maximum(uint32_t given) { return std::clamp<size_t>(given, 1, Mailbox::kMostMessages); }

}  // namespace

Receiving::Receiving(std::shared_ptr<Environment> environment, Host* host, Poller& poller,
                     const PoolBudget::Token* reserved)
    : Direction(std::move(environment), host, poller, UV_READABLE, "onreceive", reserved),
      inbox_(this->environment()->inbox()) {}

Receiving::~Receiving() {
  inbox_.Forget(this);
  Keep(nullptr);
}

void Receiving::Keep(std::shared_ptr<Lease> lease) {
  if (lease_ != nullptr) lease_->Retire();
  lease_ = std::move(lease);
}

long Receiving::TryNow(uint32_t max, uint32_t microseconds) {
  constexpr uint64_t kNanosecondsPerMicrosecond = 1000;
  // An async hook is called before who is to take them, and may look at another queue.
  if (inbox_.untaken() != nullptr) return -EAGAIN;
  const Intake from(queue(), lease_);
  MessageBatch& batch = inbox_.batch();
  batch.Clear();
  int error = batch.Drain(from, Maximum(max));
  if (microseconds > 0 && batch.empty() && error == -EAGAIN && !environment()->IsLate()) {
    const uint64_t end = uv_hrtime() + std::min(microseconds, kLongestTry) * kNanosecondsPerMicrosecond;
    do {
      // Where more processes have work than there are processors, one of them is who is to send.
      sched_yield();
      error = batch.Drain(from, Maximum(max));
    } while (batch.empty() && error == -EAGAIN && uv_hrtime() < end);
  }
  return batch.empty() ? error : Publish();
}

int Receiving::Prepare(uint32_t amount) {
  max_ = Maximum(amount);
  return 0;
}

int Receiving::Try(int status) {
  environment()->PutBackUntaken();
  MessageBatch& batch = inbox_.batch();
  batch.Clear();
  if (status != 0) return status;
  const int error = batch.Drain(Intake(queue(), lease_), max_);
  // What ends it is told by the next call: these messages go first.
  return batch.empty() ? error : 0;
}

long Receiving::Outcome(int error) { return error != 0 ? error : Publish(); }

std::unique_ptr<BlockingJob> Receiving::MakeJob(PoolBudget::Token token) {
  return std::make_unique<ReceiveJob>(this, environment(), std::move(token), queue(), lease_, max_);
}

void Receiving::JobBack(BlockingJob& job) {
  // Who is told of them may end the process from there, and then what the job has would be put back.
  const MessageBatch batch = job.TakeBatch();
  End();
  if (!environment()->stopped()) {
    Tell(Post(job.error(), batch));
    return;
  }
  if (batch.empty()) return;
  Patience patience;
  // Nobody is left to be told what did not go.
  static_cast<void>(mqueue::PutBack(queue(), batch, 0, &patience));
}

long Receiving::Settle() {
  BlockingJob* job = SettleThread();
  if (job == nullptr) return -EINVAL;
  const MessageBatch batch = job->TakeBatch();
  const long result = Post(job->error() == 0 ? -ECANCELED : job->error(), batch);
  End();
  return result;
}

Loss Receiving::PutBack(const MessageBatch& batch, Patience& patience) {
  const Endpoint source = queue();
  // Who closed it had no use for them.
  if (!source.valid()) return {};
  return LossOf(batch, mqueue::PutBack(source, batch, 0, &patience));
}

long Receiving::Publish() { return inbox_.Publish(this); }

// Into the inbox. How many messages that were, or a negative errno.
long Receiving::Post(int error, const MessageBatch& batch) {
  if (batch.empty()) return error;
  environment()->PutBackUntaken();
  if (inbox_.batch().CopyFrom(batch)) return Publish();
  // There is no better way to tell of it than -ENOMEM.
  static_cast<void>(mqueue::PutBack(queue(), batch, 0));
  return -ENOMEM;
}

}  // namespace mqueue
