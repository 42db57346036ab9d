#include "spin_way.h"

#include <cerrno>

namespace mqueue {

namespace {
constexpr uint64_t kNanosecondsPerMicrosecond = 1000;
}

int SpinWay::Begin(uint64_t microseconds) {
  if (!handle_.is_open()) {
    const int status = handle_.Open(loop_, this, uv_idle_init);
    if (status != 0) return status;
    handle_.SetReferenced(referenced_);
  }
  const int status = uv_idle_start(handle_.get(), [](uv_idle_t* handle) {
    static_cast<SpinWay*>(handle->data)->listener_->Ready(0);
  });
  if (status != 0) return status;
  end_ = uv_hrtime() + microseconds * kNanosecondsPerMicrosecond;
  return 0;
}

void SpinWay::End() {
  // It always returns 0.
  if (handle_.is_open()) uv_idle_stop(handle_.get());
}

int SpinWay::InVain() const { return uv_hrtime() >= end_ ? -ETIMEDOUT : 0; }

void SpinWay::SetReferenced(bool referenced) {
  referenced_ = referenced;
  if (handle_.is_open()) handle_.SetReferenced(referenced);
}

void SpinWay::CloseHandles() { handle_.Close(); }

}  // namespace mqueue
