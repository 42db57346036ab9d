#pragma once

#include <uv.h>

#include <memory>
#include <utility>

#include "descriptor.h"
#include "event_loop.h"
#include "uv_handle.h"

namespace mqueue {

// Tells of each change of a queue, a message that came or one that went, and takes nothing. An epoll of its
// own, because libuv's tells states, not changes: a queue that is not empty would never let it rest.
class Notice {
 public:
  class Listener {
   public:
    virtual void Changed() = 0;

   protected:
    ~Listener() = default;
  };

  Notice(std::shared_ptr<EventLoop> loop, const Descriptor& descriptor, Listener* listener)
      : loop_(std::move(loop)), descriptor_(descriptor), listener_(listener) {}

  // Tells the present state as a first change. 0 or a negative errno.
  [[nodiscard]] int Start();
  bool active() const { return handle_.is_open(); }
  void SetReferenced(bool referenced);
  void Close();

 private:
  void Fired();

  std::shared_ptr<EventLoop> loop_;
  const Descriptor& descriptor_;
  Listener* listener_;
  Descriptor epoll_;
  UvHandle<uv_poll_t> handle_;
  bool referenced_ = true;
};

}  // namespace mqueue
