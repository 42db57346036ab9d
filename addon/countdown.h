#pragma once

#include <uv.h>

#include <cstdint>

#include "uv_handle.h"

namespace mqueue {

class Queue;

// A limit for one direction's wait on the loop: when it has passed, the queue is tried once more. It never
// keeps the loop alive: the wait does.
class Countdown {
 public:
  Countdown(Queue* queue, int event) : queue_(queue), event_(event) {}

  // 0 milliseconds: without a limit. 0 or a negative errno.
  int Start(uint64_t milliseconds);
  void Stop();
  void Close();
  // Whether the wait has a limit; whether that has passed.
  bool limited() const { return state_ != State::kUnlimited; }
  bool expired() const { return state_ == State::kExpired; }

 private:
  enum class State { kUnlimited, kRunning, kExpired };

  void Fired();

  Queue* queue_;
  int event_;
  UvHandle<uv_timer_t> handle_;
  State state_ = State::kUnlimited;
};

}  // namespace mqueue
