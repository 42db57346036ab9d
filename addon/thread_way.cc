#include "thread_way.h"

#include <cerrno>
#include <utility>

#include "wake_signal.h"

namespace mqueue {

int ThreadWay::Begin(uint64_t) {
  if (!WakeSignal::Available()) return -ENOSYS;
  if (reserved_ != nullptr && reserved_->held()) return Start(PoolBudget::Token());
  PoolBudget::Token token = PoolBudget::TryAcquire();
  return token.held() ? Start(std::move(token)) : -EBUSY;
}

int ThreadWay::Start(PoolBudget::Token token) {
  int error = poller_.Arm(event_, owner_);
  if (error != 0) return error;
  std::unique_ptr<BlockingJob> job = owner_->MakeJob(std::move(token));
  BlockingJob* started = job.get();
  error = BlockingJob::Start(std::move(job));
  if (error != 0) {
    poller_.Disarm(event_);
    return error;
  }
  job_ = started;
  return 0;
}

void ThreadWay::End() {
  job_ = nullptr;
  poller_.Disarm(event_);
}

bool ThreadWay::MayTry() {
  if (!job_->TakeBack()) {
    poller_.Disarm(event_);
    return false;
  }
  job_->Detach();
  owner_->JobTakenBack(*job_);
  return true;
}

// A job that was taken back does not begin again.
int ThreadWay::InVain() const { return -ECANCELED; }

bool ThreadWay::Cancel() {
  job_->Cancel();
  return false;
}

PoolBudget::Token ThreadWay::TakeToken() {
  return job_ == nullptr ? PoolBudget::Token() : job_->TakeToken();
}

BlockingJob& ThreadWay::Settle() {
  job_->Cancel();
  job_->AwaitBack();
  job_->Detach();
  return *job_;
}

}  // namespace mqueue
