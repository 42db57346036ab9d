#pragma once

#include <uv.h>

#include <memory>
#include <utility>

#include "descriptor.h"
#include "event_loop.h"
#include "listener.h"
#include "uv_handle.h"

namespace mqueue {

// The one uv_poll of a descriptor, for both directions. Opened when first armed.
class Poller {
 public:
  Poller(std::shared_ptr<EventLoop> loop, const Descriptor& descriptor)
      : loop_(std::move(loop)), descriptor_(descriptor) {}

  // `event` is UV_READABLE or UV_WRITABLE. 0 or a negative errno.
  [[nodiscard]] int Arm(int event, Listener* listener);
  void Disarm(int event);
  bool armed(int event) const { return (wanted_ & event) != 0; }
  void SetReferenced(bool referenced);
  void Close();

 private:
  int Open();
  int Watch(int events);
  void UpdateReference();
  void Fired(int status, int events);
  void Tell(int event, Listener* listener, int status);

  std::shared_ptr<EventLoop> loop_;
  const Descriptor& descriptor_;
  Listener* reader_ = nullptr;
  Listener* writer_ = nullptr;
  UvHandle<uv_poll_t> handle_;
  int wanted_ = 0;
  int watched_ = 0;
  bool referenced_ = true;
};

}  // namespace mqueue
