#pragma once

#include <cstdint>
#include <memory>

#include "endpoint.h"
#include "environment.h"
#include "loop_way.h"
#include "poller.h"
#include "pool_budget.h"
#include "spin_way.h"
#include "thread_way.h"
#include "way.h"

namespace mqueue {

// One direction of a queue, with its one wait at most. What is tried and what its end says is Receiving's and
// Sending's.
class Direction : public ThreadWay::Owner {
 public:
  // What it needs of its queue.
  class Host {
   public:
    virtual Endpoint endpoint() const = 0;
    // Keeps it from being garbage-collected while a wait lasts.
    virtual void Keep() = 0;
    virtual void LetGo() = 0;
    // Calls this property of it.
    virtual void Tell(const char* property, long number) = 0;

   protected:
    ~Host() = default;
  };

  Direction(const Direction&) = delete;
  Direction& operator=(const Direction&) = delete;

  // `amount`: of messages. 0 or a negative errno.
  [[nodiscard]] int Begin(uint32_t number, uint32_t amount, uint32_t microseconds);
  // True: the wait is over, and nobody is told. False: its end will be told, soon.
  bool Cancel();
  bool waiting() const { return way_ != nullptr; }
  [[nodiscard]] PoolBudget::Token TakeToken() { return thread_.TakeToken(); }
  void SetReferenced(bool referenced);
  void CloseHandles();

  void Ready(int status) final;

 protected:
  // `event`: UV_READABLE or UV_WRITABLE; `property`: what is told the end of a wait.
  Direction(std::shared_ptr<Environment> environment, Host* host, Poller& poller, int event,
            const char* property, const PoolBudget::Token* reserved);
  ~Direction() = default;

  const std::shared_ptr<Environment>& environment() const { return environment_; }
  Endpoint queue() const { return host_->endpoint(); }
  // A thread's wait ends when that lets go: null where none has this one.
  BlockingJob* SettleThread();
  void End();
  void Tell(long number) { host_->Tell(property_, number); }

 private:
  // What a wait needs. 0 or a negative errno.
  [[nodiscard]] virtual int Prepare(uint32_t amount) = 0;
  // The wait is over: what was prepared is not needed any more.
  virtual void Release() {}
  // One try of what waits, which failed already where `status` is not 0. -EAGAIN: the wait goes on.
  [[nodiscard]] virtual int Try(int status) = 0;
  // What JavaScript is told at the end, which such a try has brought.
  [[nodiscard]] virtual long Outcome(int error) = 0;

  Way* WayOf(uint32_t number);

  std::shared_ptr<Environment> environment_;
  Host* host_;
  const char* property_;
  SpinWay spin_;
  LoopWay loop_;
  ThreadWay thread_;
  Way* way_ = nullptr;
};

}  // namespace mqueue
