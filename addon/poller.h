#pragma once

#include <uv.h>

#include "environment.h"
#include "uv_handle.h"

namespace mqueue {

class Queue;

// The one uv_poll of a descriptor, for both directions. Opened when first armed.
class Poller {
 public:
  explicit Poller(Queue* queue) : queue_(queue) {}

  // `event` is UV_READABLE or UV_WRITABLE. 0 or a negative errno.
  int Arm(int event);
  void Disarm(int event);
  bool armed(int event) const { return (wanted_ & event) != 0; }
  void SetReferenced(bool referenced);
  void Close();

 private:
  int Watch(int events);
  void UpdateReference();
  void Fired(int status, int events);

  Queue* queue_;
  UvHandle<uv_poll_t> handle_;
  int wanted_ = 0;
  int watched_ = 0;
  bool referenced_ = true;
};

}  // namespace mqueue
