#pragma once

#include <cstdint>
#include <memory>

#include "blocking_job.h"
#include "listener.h"
#include "poller.h"
#include "pool_budget.h"
#include "way.h"

namespace mqueue {

// A thread of the pool blocks in the system call. The descriptor is watched until the thread has begun, because
// the pool may be busy with other work for long: if it fires before, the job is taken back, and the listener tries.
class ThreadWay : public Way {
 public:
  // Who has the job done.
  class Owner : public Listener, public BlockingJob::Listener {
   public:
    [[nodiscard]] virtual std::unique_ptr<BlockingJob> MakeJob(PoolBudget::Token token) = 0;
    // No thread will begin it, and JobBack is not called.
    virtual void JobTakenBack(BlockingJob& job) = 0;

   protected:
    ~Owner() = default;
  };

  // `reserved`: a token that is set aside, or null. While that is held a wait needs none of its own.
  ThreadWay(Poller& poller, int event, Owner* owner, const PoolBudget::Token* reserved)
      : poller_(poller), event_(event), owner_(owner), reserved_(reserved) {}

  // -EBUSY when no thread may be blocked, -ENOSYS where a blocked one could not be woken.
  int Begin(uint64_t microseconds) override;
  void End() override;
  bool MayTry() override;
  int InVain() const override;
  bool Cancel() override;

  // The wait's token, if it has one: the wait is to be cancelled then.
  [[nodiscard]] PoolBudget::Token TakeToken();
  // Cancels, and waits for the pool thread to let go. JobBack is not called; the job is there until the loop goes on.
  BlockingJob& Settle();

 private:
  [[nodiscard]] int Start(PoolBudget::Token token);

  Poller& poller_;
  int event_;
  Owner* owner_;
  const PoolBudget::Token* reserved_;
  BlockingJob* job_ = nullptr;
};

}  // namespace mqueue
