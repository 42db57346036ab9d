#pragma once

#include <uv.h>

#include <cstdint>

#include "environment.h"
#include "uv_handle.h"

namespace mqueue {

class Queue;

// Tries a queue once in every turn of the event loop, for a while: an idle handle keeps the loop
// from sleeping, and everything else on the loop has its turn in between.
class Spinner {
 public:
  // `event` (UV_READABLE or UV_WRITABLE) is what the queue is told.
  Spinner(Queue* queue, int event) : queue_(queue), event_(event) {}

  // 0 or a negative errno.
  int Start(uint64_t microseconds);
  void Stop();
  bool active() const { return active_; }
  bool expired() const { return uv_hrtime() >= end_; }
  void SetReferenced(bool referenced);
  void Close();

 private:
  Queue* queue_;
  int event_;
  UvHandle<uv_idle_t> handle_;
  bool active_ = false;
  bool referenced_ = true;
  uint64_t end_ = 0;
};

}  // namespace mqueue
