#include "pool_budget.h"

#include <utility>

#include "pool_counter.h"

namespace mqueue {

PoolBudget::Token::Token(Token&& other) noexcept : held_(std::exchange(other.held_, false)) {}

PoolBudget::Token& PoolBudget::Token::operator=(Token&& other) noexcept {
  if (this != &other) {
    Release();
    held_ = std::exchange(other.held_, false);
  }
  return *this;
}

void PoolBudget::Token::Release() {
  if (std::exchange(held_, false)) ProcessPoolCounter().release();
}

int PoolBudget::Capacity() { return ProcessPoolCounter().capacity(); }

PoolBudget::Token PoolBudget::TryAcquire() { return Token(ProcessPoolCounter().acquire()); }

void PoolBudget::Subscribe(uv_async_t* async) {
  const auto send = [](void* context) {
    // It fails for a handle that is no async one only.
    uv_async_send(static_cast<uv_async_t*>(context));
  };
  ProcessPoolCounter().subscribe(async, send, async);
}

void PoolBudget::Unsubscribe(uv_async_t* async) { ProcessPoolCounter().unsubscribe(async); }

}  // namespace mqueue
