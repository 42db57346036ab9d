#pragma once

#include <uv.h>

#include <cstddef>
#include <cstdint>

namespace mqueue {

// The event loop of an environment, as the handles on it know it. Whoever has an open handle or a request in
// flight holds a share of this object.
class EventLoop {
 public:
  explicit EventLoop(uv_loop_t* loop) : loop_(loop) {}
  virtual ~EventLoop() = default;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  uv_loop_t* loop() const { return loop_; }
  // Whether it has not taken the time, which it does in each of its turns, for a millisecond or so.
  bool IsLate() const {
    constexpr uint64_t kNanosecondsPerMillisecond = 1'000'000;
    return uv_hrtime() / kNanosecondsPerMillisecond > uv_now(loop_);
  }

  void HandleOpened() { ++open_handles_; }
  void HandleClosed() {
    --open_handles_;
    HandleGone();
  }

 protected:
  size_t open_handles() const { return open_handles_; }

 private:
  virtual void HandleGone() = 0;

  uv_loop_t* loop_;
  size_t open_handles_ = 0;
};

}  // namespace mqueue
