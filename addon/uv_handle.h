#pragma once

#include <uv.h>

#include <memory>
#include <utility>

#include "event_loop.h"

namespace mqueue {

// Owns a libuv handle. libuv uses a handle's memory until its close callback ran, so the memory
// outlives this object until then, and the loop's end waits for it.
template <typename Handle>
class UvHandle {
 public:
  UvHandle() = default;
  ~UvHandle() { Close(); }
  UvHandle(const UvHandle&) = delete;
  UvHandle& operator=(const UvHandle&) = delete;

  // `init` is called with libuv's loop and the handle, and returns libuv's status. 0 or a negative errno.
  template <typename Init>
  [[nodiscard]] int Open(std::shared_ptr<EventLoop> loop, void* data, Init init) {
    auto block = std::make_unique<Block>();
    const int status = init(loop->loop(), &block->handle);
    if (status != 0) return status;
    block->handle.data = data;
    block->loop = std::move(loop);
    block->loop->HandleOpened();
    block_ = block.release();
    return 0;
  }

  void Close() {
    Block* block = std::exchange(block_, nullptr);
    if (block == nullptr) return;
    auto* handle = reinterpret_cast<uv_handle_t*>(&block->handle);
    handle->data = block;
    uv_close(handle, [](uv_handle_t* closed) {
      const std::unique_ptr<Block> owned(static_cast<Block*>(closed->data));
      owned->loop->HandleClosed();
    });
  }

  bool is_open() const { return block_ != nullptr; }
  Handle* get() const { return &block_->handle; }

  void SetReferenced(bool referenced) {
    auto* handle = reinterpret_cast<uv_handle_t*>(&block_->handle);
    if (referenced) {
      uv_ref(handle);
    } else {
      uv_unref(handle);
    }
  }

 private:
  struct Block {
    Handle handle{};
    std::shared_ptr<EventLoop> loop;
  };

  Block* block_ = nullptr;
};

}  // namespace mqueue
