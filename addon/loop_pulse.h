#pragma once

#include <uv.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "uv_handle.h"

namespace mqueue {

// Whether an event loop is alive: it counts its turns while asked to, and libuv measures how long it has slept.
// A loop of which neither changes is busy with one callback, or has ended. Handles that run before and after
// the loop polls would not do: most callbacks are called by the poll itself.
class LoopPulse {
 public:
  struct Beat {
    uint64_t turns = 0;
    // Nanoseconds.
    uint64_t slept = 0;
  };

  // On the loop's thread. 0 or a negative errno.
  [[nodiscard]] int Open(const std::shared_ptr<EventLoop>& loop);
  int Start();
  void Stop();
  void Close();

  // On any thread, between Open and Close.
  Beat Take() const { return {turns_.load(), uv_metrics_idle_time(loop_)}; }

 private:
  uv_loop_t* loop_ = nullptr;
  UvHandle<uv_check_t> handle_;
  std::atomic<uint64_t> turns_{0};
};

}  // namespace mqueue
