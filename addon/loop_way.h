#pragma once

#include <uv.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "event_loop.h"
#include "listener.h"
#include "poller.h"
#include "uv_handle.h"
#include "way.h"

namespace mqueue {

// The event loop watches the descriptor. With a limit, the end of which is one more reason to try: a timer that
// never keeps the loop alive, because the watch does.
class LoopWay : public Way {
 public:
  LoopWay(std::shared_ptr<EventLoop> loop, Poller& poller, int event, Listener* listener)
      : loop_(std::move(loop)), poller_(poller), event_(event), listener_(listener) {}

  int Begin(uint64_t microseconds) override;
  void End() override;
  int InVain() const override;
  void CloseHandles() override;

 private:
  enum class Limit { kNone, kRunning, kPassed };

  [[nodiscard]] int StartTimer(uint64_t milliseconds);
  void StopTimer();
  void TimePassed();

  std::shared_ptr<EventLoop> loop_;
  Poller& poller_;
  int event_;
  Listener* listener_;
  UvHandle<uv_timer_t> timer_;
  Limit limit_ = Limit::kNone;
};

}  // namespace mqueue
