#pragma once

#include <uv.h>

namespace mqueue {

// How many threads of libuv's pool may be blocked by this addon at one time, in the whole process:
// half of them, so that file system, DNS, crypto and zlib work go on. With a pool of one thread it
// is none. Copies of the addon share it.
class PoolBudget {
 public:
  // One thread's worth of the budget. Movable, released when it goes.
  class Token {
   public:
    Token() = default;
    Token(Token&& other) noexcept;
    Token& operator=(Token&& other) noexcept;
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;
    ~Token() { Release(); }

    bool held() const { return held_; }
    void Release();

   private:
    friend class PoolBudget;
    explicit Token(bool held) : held_(held) {}
    bool held_ = false;
  };

  static int Capacity();

  // A token that is not held where the budget is used up.
  static Token TryAcquire();

  // Sends `async` after a token was released, until it is unsubscribed, and at once where one is free.
  static void Subscribe(uv_async_t* async);
  static void Unsubscribe(uv_async_t* async);
};

}  // namespace mqueue
