#include "poller.h"

#include "queue.h"
#include "syscalls.h"

namespace mqueue {

int Poller::Arm(int event) {
  if (!handle_.is_open()) {
    const int status = handle_.Open(queue_->environment(), this, [this](uv_poll_t* handle) {
      return uv_poll_init(queue_->environment()->loop(), handle, queue_->fd());
    });
    if (status != 0) return status;
    const int blocking = MakeBlocking(queue_->fd());
    if (blocking != 0) {
      handle_.Close();
      return blocking;
    }
  }
  const int status = Watch(watched_ | event);
  if (status != 0) return status;
  wanted_ |= event;
  UpdateReference();
  return 0;
}

void Poller::Disarm(int event) {
  if (!armed(event)) return;
  wanted_ &= ~event;
  // Readability stays watched: who reads a message mostly waits for the next one, and each change
  // costs a system call. A queue is almost always writable, so that watch would never rest.
  if (event == UV_WRITABLE) Watch(watched_ & ~UV_WRITABLE);
  UpdateReference();
}

void Poller::SetReferenced(bool referenced) {
  referenced_ = referenced;
  UpdateReference();
}

void Poller::Close() {
  wanted_ = 0;
  watched_ = 0;
  handle_.Close();
}

// It fails only where somebody else watches the same descriptor, which nobody else has.
int Poller::Watch(int events) {
  if (events == watched_) return 0;
  const int status =
      events == 0 ? uv_poll_stop(handle_.get())
                  : uv_poll_start(handle_.get(), events, [](uv_poll_t* handle, int code, int ready) {
                      static_cast<Poller*>(handle->data)->Fired(code, ready);
                    });
  if (status == 0) watched_ = events;
  return status;
}

void Poller::UpdateReference() {
  if (handle_.is_open()) handle_.SetReferenced(referenced_ && wanted_ != 0);
}

void Poller::Fired(int status, int events) {
  // After an error libuv has stopped the watch by itself.
  if (status != 0) watched_ = 0;
  const int ready = status != 0 ? wanted_ : events & wanted_;
  const int unwanted = status != 0 ? 0 : events & ~wanted_;
  if (unwanted != 0) Watch(watched_ & ~unwanted);
  if (ready != 0) queue_->Ready(status, ready);
}

}  // namespace mqueue
