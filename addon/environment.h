#pragma once

#include <napi.h>
#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "blocked_waits.h"
#include "loss.h"
#include "mailbox.h"
#include "pool_budget.h"
#include "uv_handle.h"

namespace mqueue {

class BlockingJob;
class Patience;
class Queue;

// What belongs to one JavaScript environment (the main thread, or one worker thread): its loop, its
// jobs and handles in flight, and their end. All of it is used on that environment's thread only.
class Environment : public std::enable_shared_from_this<Environment> {
 public:
  // Creates it and ties it to `env`; throws a JavaScript exception and returns null on failure.
  static std::shared_ptr<Environment> Create(Napi::Env env);
  static const std::shared_ptr<Environment>& Of(Napi::Env env);
  ~Environment();

  uv_loop_t* loop() const { return loop_; }
  // True while no new wait may begin, and JavaScript must not be called: between the exit listener and
  // the cleanup hooks Node still runs the loop.
  bool stopped() const { return stopped_; }
  // Whether the loop has not taken the time, which it does in each of its turns, for a millisecond or so.
  bool LoopIsLate() const;
  // One pair for all queues. The inbox is for what was received, the outbox for what is to be sent.
  Mailbox& inbox() { return inbox_; }
  Mailbox& outbox() { return outbox_; }

  void AddJob(BlockingJob* job) { jobs_.Add(job); }
  void RemoveJob(BlockingJob* job);
  // Returns a handle, by which QueueOf finds the queue until it is removed.
  uint32_t AddQueue(Queue* queue);
  void RemoveQueue(Queue* queue, uint32_t handle);
  // Null for a handle that no queue has.
  Queue* QueueOf(uint32_t handle) const {
    return handle < queues_.size() ? queues_[handle] : nullptr;
  }
  void HandleOpened() { ++open_handles_; }
  void HandleClosed();

  // Ends every wait, and lets none begin until Resume. When it returns no thread of the pool is blocked;
  // what those took is delivered when the loop goes on.
  void Pause();
  void Resume();
  // Ends every wait for good and gives messages that came meanwhile, or that JavaScript has not taken
  // out of the inbox, back to the kernel. Returns those that did not go. For process 'exit': Node joins
  // the pool's threads before it runs cleanup hooks.
  Loss Stop();

  // How long an end waits for room for what goes back, in milliseconds. A sender that is blocked on
  // the queue has filled the place of what was taken, so without waiting there would never be any.
  static constexpr long kPatience = 100;

  // What is in the inbox goes back where it came from, if JavaScript was ended before it took it.
  void ReturnUntaken();
  Loss ReturnUntaken(Patience& patience);

  // The token of a wait on its way to a queue of this environment: nobody else can get it in between.
  void PassOn(PoolBudget::Token token) { passed_on_ = std::move(token); }
  [[nodiscard]] PoolBudget::Token TakePassedOn() { return std::move(passed_on_); }

  // Calls `listener` once, on the loop, after a pool thread of the budget became free.
  void NotifyWhenThreadFree(Napi::Function listener);

 private:
  struct InstanceData {
    std::shared_ptr<Environment> environment;
  };

  explicit Environment(Napi::Env env, uv_loop_t* loop) : env_(env), loop_(loop) {}
  int Initialize();
  void FinishCleanup();
  void ThreadFreed();
  void AwaitFreeThread();
  void StopListening();
  static void CleanupHook(napi_async_cleanup_hook_handle handle, void* data);

  Napi::Env env_;
  uv_loop_t* loop_;
  bool closing_ = false;
  bool stopped_ = false;
  BlockedWaits jobs_;
  std::vector<Queue*> queues_;
  std::vector<uint32_t> free_handles_;
  size_t open_handles_ = 0;
  Mailbox inbox_;
  Mailbox outbox_;
  PoolBudget::Token passed_on_;
  UvHandle<uv_async_t> freed_;
  std::vector<Napi::FunctionReference> on_freed_;
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
  // Keeps the object while the cleanup hook, which has a bare pointer, may run.
  std::shared_ptr<Environment> self_;
};

}  // namespace mqueue
