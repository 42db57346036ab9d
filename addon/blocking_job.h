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

#include "loss.h"
#include "pool_budget.h"

namespace mqueue {

class Environment;
class Patience;
class Queue;

// One blocking system call on a thread of libuv's pool, and its cancellation.
//
// The call gets a pointer to the job's own deadline, far in the future. To cancel, store a past
// deadline, then signal the thread. The signal lands before the kernel has read the deadline (the
// call then ends at once, with ETIMEDOUT) or after it (EINTR); there is no third case, so no wake-up
// is lost. The state changes under a lock that the canceller holds while it signals, so no signal
// is sent to a thread that left the wait.
class BlockingJob {
 public:
  virtual ~BlockingJob() = default;
  BlockingJob(const BlockingJob&) = delete;
  BlockingJob& operator=(const BlockingJob&) = delete;

  // Queues the job, which then owns itself until it is back on the loop. 0 or a negative errno.
  static int Start(std::unique_ptr<BlockingJob> job);

  // Idempotent. The job comes back soon, with what it had taken. Its thread counts as free at once: it is, as
  // soon as it is scheduled.
  void Cancel();
  // Before Cancel: for who is to have the thread next. None where it is set aside for a queue.
  [[nodiscard]] PoolBudget::Token TakeToken() { return std::move(token_); }
  // From any thread, for a loop that does not turn: as Cancel, but a job that no thread has begun can still be
  // taken back. Who waits is told -ECANCELED by a loop that turns again, and begins anew.
  void GiveUp();
  // For a job that no thread has begun: it never will. False where one has, or after Cancel.
  bool TakeBack();
  // After Cancel: returns when the pool thread has let go of the queue. Microseconds, as soon as
  // that thread is scheduled.
  void AwaitBack();
  // After GiveUp: as AwaitBack. False at once where no thread has begun.
  bool AwaitLeft();
  // After AwaitBack, for the end of the process: what was received goes back to the kernel, waiting for
  // room as long as there is patience. Returns those that did not go.
  virtual Loss Discard(Patience&) { return {}; }
  // From now on nobody is told about the end of this job.
  void Detach() { queue_ = nullptr; }

 protected:
  BlockingJob(Queue* queue, std::shared_ptr<Environment> environment, PoolBudget::Token token);

  // On the pool thread: makes the blocking call through Block, then what needs no waiting.
  virtual void Run() = 0;
  // On the loop. `queue` is null when the job was detached.
  virtual void Back(Queue* queue, bool cancelled_in_queue) = 0;

  // On the pool thread. `call` is given the deadline and returns 0 or a negative errno. Returns that,
  // or -ECANCELED.
  int Block(const std::function<int(const struct timespec*)>& call);
  // Whether nobody waits for more from it.
  bool ended() const { return cancelled_.load() || given_up_.load(); }

 private:
  enum class State { kQueued, kWaiting, kDraining, kBack };

  bool EnterWait(int signal);
  void LeaveWait();
  void WakeThread();
  void SetBack();

  uv_work_t request_{};
  Queue* queue_;
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
