#include "loop_way.h"

#include <cerrno>

namespace mqueue {

namespace {

// Of libuv's timers.
constexpr uint64_t kMicrosecondsPerMillisecond = 1000;

uint64_t Milliseconds(uint64_t microseconds) {
  return (microseconds + kMicrosecondsPerMillisecond - 1) / kMicrosecondsPerMillisecond;
}

}  // namespace

int LoopWay::Begin(uint64_t microseconds) {
  int error = StartTimer(Milliseconds(microseconds));
  if (error == 0) error = poller_.Arm(event_, listener_);
  if (error != 0) StopTimer();
  return error;
}

void LoopWay::End() {
  StopTimer();
  poller_.Disarm(event_);
}

int LoopWay::InVain() const {
  if (limit_ == Limit::kNone) return 0;
  return limit_ == Limit::kPassed ? -ETIMEDOUT : -EAGAIN;
}

void LoopWay::CloseHandles() {
  limit_ = Limit::kNone;
  timer_.Close();
}

int LoopWay::StartTimer(uint64_t milliseconds) {
  if (milliseconds == 0) return 0;
  if (!timer_.is_open()) {
    const int status = timer_.Open(loop_, this, uv_timer_init);
    if (status != 0) return status;
    timer_.SetReferenced(false);
  }
  const int status = uv_timer_start(
      timer_.get(), [](uv_timer_t* timer) { static_cast<LoopWay*>(timer->data)->TimePassed(); },
      milliseconds, 0);
  if (status == 0) limit_ = Limit::kRunning;
  return status;
}

void LoopWay::StopTimer() {
  // It always returns 0.
  if (limit_ == Limit::kRunning) uv_timer_stop(timer_.get());
  limit_ = Limit::kNone;
}

void LoopWay::TimePassed() {
  limit_ = Limit::kPassed;
  listener_->Ready(0);
}

}  // namespace mqueue
