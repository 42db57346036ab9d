#include "countdown.h"

#include "queue.h"

namespace mqueue {

int Countdown::Start(uint64_t milliseconds) {
  if (milliseconds == 0) return 0;
  if (!handle_.is_open()) {
    const int status = handle_.Open(queue_->environment(), this, [this](uv_timer_t* handle) {
      return uv_timer_init(queue_->environment()->loop(), handle);
    });
    if (status != 0) return status;
    handle_.SetReferenced(false);
  }
  const int status = uv_timer_start(
      handle_.get(), [](uv_timer_t* handle) { static_cast<Countdown*>(handle->data)->Fired(); },
      milliseconds, 0);
  if (status == 0) state_ = State::kRunning;
  return status;
}

void Countdown::Stop() {
  // It always returns 0.
  if (state_ == State::kRunning) uv_timer_stop(handle_.get());
  state_ = State::kUnlimited;
}

void Countdown::Close() {
  state_ = State::kUnlimited;
  handle_.Close();
}

void Countdown::Fired() {
  state_ = State::kExpired;
  queue_->Ready(0, event_);
}

}  // namespace mqueue
