#include "poller.h"

#include "syscalls.h"

namespace mqueue {

int Poller::Open() {
  if (handle_.is_open()) return 0;
  const int fd = descriptor_.get();
  const int status = handle_.Open(
      loop_, this, [fd](uv_loop_t* loop, uv_poll_t* handle) { return uv_poll_init(loop, handle, fd); });
  if (status != 0) return status;
  const int blocking = sys::MakeBlocking(fd);
  if (blocking != 0) handle_.Close();
  return blocking;
}

int Poller::Arm(int event, Listener* listener) {
  int status = Open();
  if (status == 0) status = Watch(watched_ | event);
  if (status != 0) return status;
  (event == UV_READABLE ? reader_ : writer_) = listener;
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
  if ((ready & UV_READABLE) != 0) Tell(UV_READABLE, reader_, status);
  if ((ready & UV_WRITABLE) != 0) Tell(UV_WRITABLE, writer_, status);
}

// The reader, who was told first, may have ended the writer's wait.
void Poller::Tell(int event, Listener* listener, int status) {
  if (armed(event)) listener->Ready(status);
}

}  // namespace mqueue
