#pragma once

#include <napi.h>
#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "blocked_waits.h"
#include "event_loop.h"
#include "leases.h"
#include "loss.h"
#include "mailbox.h"
#include "pool_budget.h"
#include "uv_handle.h"

namespace mqueue {

class BlockedWait;
class Patience;

// What belongs to one JavaScript environment (the main thread, or one worker thread): its loop, its
// waits and handles in flight, and their end. All of it is used on that environment's thread only.
class Environment : public EventLoop, public std::enable_shared_from_this<Environment> {
 public:
  // An open queue.
  class Member {
   public:
    virtual void CloseHandles() = 0;

   protected:
    ~Member() = default;
  };

  // Creates it and ties it to `env`; throws a JavaScript exception and returns null on failure.
  static std::shared_ptr<Environment> Create(Napi::Env env);
  static const std::shared_ptr<Environment>& Of(Napi::Env env);
  ~Environment() override;

  // True while no new wait may begin, and JavaScript must not be called: between the exit listener and
  // the cleanup hooks Node still runs the loop.
  bool stopped() const { return stopped_; }
  // One pair for all queues. The inbox is for what was received, the outbox for what is to be sent.
  Mailbox& inbox() { return inbox_; }
  Mailbox& outbox() { return outbox_; }
  Leases& leases() { return leases_; }

  void Add(BlockedWait* wait) { waits_.Add(wait); }
  void Remove(BlockedWait* wait);
  // Returns a handle, by which Find finds it until it is removed.
  uint32_t Add(Member* member);
  void Remove(uint32_t handle);
  // Null for a handle that none has.
  Member* Find(uint32_t handle) const {
    return handle < members_.size() ? members_[handle] : nullptr;
  }

  // Ends every wait, and lets none begin until Resume. When it returns no thread of the pool is blocked;
  // what those took is delivered when the loop goes on.
  void Pause();
  void Resume();
  // Ends every wait for good and gives messages that came meanwhile, or that JavaScript has not taken
  // out of the inbox, back to the kernel. Returns those that did not go. For process 'exit': Node joins
  // the pool's threads before it runs cleanup hooks.
  [[nodiscard]] Loss Stop();

  // What is in the inbox goes back where it came from, if JavaScript was ended before it took it.
  void PutBackUntaken();

  // The token of a wait on its way to a queue of this environment: nobody else can get it in between.
  void PassOn(PoolBudget::Token token) { passed_on_ = std::move(token); }
  [[nodiscard]] PoolBudget::Token TakePassedOn() { return std::move(passed_on_); }

  // Calls `listener` once, on the loop, after a pool thread of the budget became free.
  void NotifyWhenThreadFree(Napi::Function listener);

 private:
  struct InstanceData {
    std::shared_ptr<Environment> environment;
  };

  explicit Environment(Napi::Env env, uv_loop_t* loop) : EventLoop(loop), env_(env) {}
  [[nodiscard]] int Initialize();
  void HandleGone() override { FinishCleanup(); }
  [[nodiscard]] Loss PutBackUntaken(Patience& patience);
  void FinishCleanup();
  void ThreadFreed();
  void AwaitFreeThread();
  void StopListening();
  static void CleanupHook(napi_async_cleanup_hook_handle handle, void* data);

  Napi::Env env_;
  bool closing_ = false;
  bool stopped_ = false;
  BlockedWaits waits_;
  std::vector<Member*> members_;
  std::vector<uint32_t> free_handles_;
  Mailbox inbox_;
  Mailbox outbox_;
  Leases leases_;
  PoolBudget::Token passed_on_;
  UvHandle<uv_async_t> freed_;
  std::vector<Napi::FunctionReference> on_freed_;
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
  // Keeps the object while the cleanup hook, which has a bare pointer, may run.
  std::shared_ptr<Environment> self_;
};

}  // namespace mqueue
