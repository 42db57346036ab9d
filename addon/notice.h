#pragma once

#include <uv.h>

#include "descriptor.h"
#include "environment.h"
#include "uv_handle.h"

namespace mqueue {

class Queue;

// Tells a queue of each change, a message that came or one that went, and takes nothing. An epoll of its
// own, because libuv's tells states, not changes: a queue that is not empty would never let it rest.
class Notice {
 public:
  explicit Notice(Queue* queue) : queue_(queue) {}

  // Tells the present state as a first change. 0 or a negative errno.
  int Start();
  bool active() const { return handle_.is_open(); }
  void SetReferenced(bool referenced);
  void Close();

 private:
  void Fired();

  Queue* queue_;
  Descriptor epoll_;
  UvHandle<uv_poll_t> handle_;
  bool referenced_ = true;
};

}  // namespace mqueue
