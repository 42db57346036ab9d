#include "spinner.h"

#include "queue.h"

namespace mqueue {

namespace {
constexpr uint64_t kNanosecondsPerMicrosecond = 1000;
}

int Spinner::Start(uint64_t microseconds) {
  if (!handle_.is_open()) {
    const int status = handle_.Open(queue_->environment(), this, [this](uv_idle_t* handle) {
      return uv_idle_init(queue_->environment()->loop(), handle);
    });
    if (status != 0) return status;
    handle_.SetReferenced(referenced_);
  }
  const int status = uv_idle_start(handle_.get(), [](uv_idle_t* handle) {
    auto* self = static_cast<Spinner*>(handle->data);
    self->queue_->Ready(0, self->event_);
  });
  if (status != 0) return status;
  active_ = true;
  end_ = uv_hrtime() + microseconds * kNanosecondsPerMicrosecond;
  return 0;
}

void Spinner::Stop() {
  if (!active_) return;
  active_ = false;
  // It always returns 0.
  uv_idle_stop(handle_.get());
}

void Spinner::SetReferenced(bool referenced) {
  referenced_ = referenced;
  if (handle_.is_open()) handle_.SetReferenced(referenced);
}

void Spinner::Close() {
  active_ = false;
  handle_.Close();
}

}  // namespace mqueue
