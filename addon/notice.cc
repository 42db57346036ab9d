#include "notice.h"

#include <sys/epoll.h>

#include <cerrno>
#include <cstdint>
#include <utility>

namespace mqueue {

int Notice::Start() {
  if (active()) return 0;
  Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return -errno;
  struct epoll_event event = {};
  event.events = uint32_t{EPOLLIN} | uint32_t{EPOLLOUT} | uint32_t{EPOLLET};
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, descriptor_.get(), &event) != 0) return -errno;
  int status = handle_.Open(loop_, this, [&epoll](uv_loop_t* loop, uv_poll_t* handle) {
    return uv_poll_init(loop, handle, epoll.get());
  });
  if (status != 0) return status;
  status = uv_poll_start(handle_.get(), UV_READABLE, [](uv_poll_t* handle, int, int) {
    static_cast<Notice*>(handle->data)->Fired();
  });
  if (status != 0) {
    handle_.Close();
    return status;
  }
  epoll_ = std::move(epoll);
  handle_.SetReferenced(referenced_);
  return 0;
}

void Notice::SetReferenced(bool referenced) {
  referenced_ = referenced;
  if (handle_.is_open()) handle_.SetReferenced(referenced);
}

void Notice::Close() {
  handle_.Close();
  epoll_.Close();
}

void Notice::Fired() {
  struct epoll_event event = {};
  // What it says does not matter: a change of the queue shows in its attributes.
  if (epoll_wait(epoll_.get(), &event, 1, 0) > 0) listener_->Changed();
}

}  // namespace mqueue
