#pragma once

#include <uv.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "event_loop.h"
#include "listener.h"
#include "uv_handle.h"
#include "way.h"

namespace mqueue {

// A try in every turn of the event loop, for a while: an idle handle keeps the loop
// from sleeping, and everything else on the loop has its turn in between.
class SpinWay : public Way {
 public:
  SpinWay(std::shared_ptr<EventLoop> loop, Listener* listener)
      : loop_(std::move(loop)), listener_(listener) {}

  int Begin(uint64_t microseconds) override;
  void End() override;
  int InVain() const override;
  void SetReferenced(bool referenced) override;
  void CloseHandles() override;

 private:
  std::shared_ptr<EventLoop> loop_;
  Listener* listener_;
  UvHandle<uv_idle_t> handle_;
  bool referenced_ = true;
  uint64_t end_ = 0;
};

}  // namespace mqueue
