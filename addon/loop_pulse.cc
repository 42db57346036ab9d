#include "loop_pulse.h"

namespace mqueue {

int LoopPulse::Open(const std::shared_ptr<EventLoop>& loop) {
  loop_ = loop->loop();
  // Node has done so, for performance.eventLoopUtilization(); other programs that embed it may have not.
  const int configured = uv_loop_configure(loop_, UV_METRICS_IDLE_TIME);
  if (configured != 0) return configured;
  const int status = handle_.Open(loop, this, uv_check_init);
  if (status == 0) handle_.SetReferenced(false);
  return status;
}

int LoopPulse::Start() {
  if (!handle_.is_open()) return 0;
  return uv_check_start(handle_.get(), [](uv_check_t* handle) {
    static_cast<LoopPulse*>(handle->data)->turns_.fetch_add(1, std::memory_order_relaxed);
  });
}

void LoopPulse::Stop() {
  // It always returns 0.
  if (handle_.is_open()) uv_check_stop(handle_.get());
}

void LoopPulse::Close() { handle_.Close(); }

}  // namespace mqueue
