#pragma once

#include <uv.h>

#include <memory>
#include <utility>

namespace mqueue {

class Environment;

namespace internal {
void CountOpened(Environment& environment);
void CountClosed(Environment& environment);
}  // namespace internal

// Owns a libuv handle. libuv uses a handle's memory until its close callback ran, so the memory
// outlives this object until then, and the environment's cleanup waits for it.
template <typename Handle>
class UvHandle {
 public:
  UvHandle() = default;
  ~UvHandle() { Close(); }
  UvHandle(const UvHandle&) = delete;
  UvHandle& operator=(const UvHandle&) = delete;

  // `init` is called with the handle and returns libuv's status. 0 or a negative errno.
  template <typename Init>
  int Open(std::shared_ptr<Environment> environment, void* data, Init init) {
    auto block = std::make_unique<Block>();
    const int status = init(&block->handle);
    if (status != 0) return status;
    block->handle.data = data;
    block->environment = std::move(environment);
    internal::CountOpened(*block->environment);
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
      internal::CountClosed(*owned->environment);
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
    std::shared_ptr<Environment> environment;
  };

  Block* block_ = nullptr;
};

}  // namespace mqueue
