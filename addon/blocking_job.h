#pragma once

#include <pthread.h>
#include <uv.h>

#include <atomic>
#include <condition_variable>
#include <ctime>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "blocked_wait.h"
#include "environment.h"
#include "message_batch.h"
#include "pool_budget.h"

namespace mqueue {

// One blocking system call on a thread of libuv's pool, and its cancellation.
//
// The call gets a pointer to the job's own deadline, far in the future. To cancel, store a past
// deadline, then signal the thread. The signal lands before the kernel has read the deadline (the
// call then ends at once, with ETIMEDOUT) or after it (EINTR); there is no third case, so no wake-up
// is lost. The state changes under a lock that the canceller holds while it signals, so no signal
// is sent to a thread that left the wait.
class BlockingJob : public BlockedWait {
 public:
  // Who waits for the job, on the loop.
  class Listener {
   public:
    // It is over.
    virtual void JobBack(BlockingJob& job) = 0;

   protected:
    ~Listener() = default;
  };

  virtual ~BlockingJob() = default;
  BlockingJob(const BlockingJob&) = delete;
  BlockingJob& operator=(const BlockingJob&) = delete;

  // Queues the job, which then owns itself until it is back on the loop. 0 or a negative errno.
  [[nodiscard]] static int Start(std::unique_ptr<BlockingJob> job);

  // Before Cancel: for who is to have the thread next. None where it is set aside for a queue.
  [[nodiscard]] PoolBudget::Token TakeToken() { return std::move(token_); }
  // For a job that no thread has begun: it never will. False where one has, or after Cancel.
  [[nodiscard]] bool TakeBack();

  void Cancel() final;
  void AwaitBack() final;
  void GiveUp() final;
  bool AwaitLeft() final;
  Loss PutBack(Patience&) override { return {}; }

  // From now on nobody is told about the end of this job.
  void Detach() { listener_ = nullptr; }

  // Once it is back. 0, or a negative errno: -ECANCELED after Cancel, GiveUp and TakeBack.
  int error() const { return error_; }
  // Once it is back: how many messages of the batch it has sent.
  size_t sent() const { return sent_; }
  // Once it is back: what it has received, or was to send. From any thread: one gets it.
  [[nodiscard]] MessageBatch TakeBatch();

 protected:
  BlockingJob(Listener* listener, std::shared_ptr<Environment> environment, PoolBudget::Token token,
              MessageBatch batch);

  // On the pool thread: makes the blocking call through Block, then what needs no waiting.
  virtual void Run() = 0;
  // On the pool thread. `call` is given the deadline and returns 0 or a negative errno. Returns that,
  // or -ECANCELED.
  [[nodiscard]] int Block(const std::function<int(const struct timespec*)>& call);
  // Whether nobody waits for more from it.
  bool ended() const { return cancelled_.load() || given_up_.load(); }

  MessageBatch batch_;
  size_t sent_ = 0;
  int error_ = 0;

 private:
  enum class State { kQueued, kWaiting, kDraining, kBack };

  [[nodiscard]] bool EnterWait(int signal);
  void LeaveWait();
  void WakeThread();
  void SetBack();

  uv_work_t request_{};
  Listener* listener_;
  std::shared_ptr<Environment> environment_;
  PoolBudget::Token token_;

  std::mutex lock_;
  std::condition_variable back_;
  State state_ = State::kQueued;
  // Who waits, and by which signal it is to be woken.
  pthread_t thread_{};
  int signal_ = 0;
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> given_up_{false};
  struct timespec deadline_;
};

}  // namespace mqueue
