#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "descriptor.h"
#include "direction.h"
#include "endpoint.h"
#include "environment.h"
#include "notice.h"
#include "poller.h"
#include "pool_budget.h"
#include "receiving.h"
#include "sending.h"

namespace mqueue {

// One open queue, as JavaScript sees it. Every method answers with a negative errno instead of
// throwing; the policy (who waits, in which way, what is told to the user) is JavaScript's.
//
// There is at most one wait in each direction. Its end is told by a call of the property
// `onreceive` (how many messages are in the inbox, or a negative errno) or `onsend` (how many were
// sent, or a negative errno). While the queue is watched, `onchange` is called after each change. As long as
// a wait or a watch lasts the object is not garbage-collected.
class Queue : public Napi::ObjectWrap<Queue>,
              private Direction::Host,
              private Environment::Member,
              private Notice::Listener {
 public:
  static Napi::Function Define(Napi::Env env);
  // open(name, flags, mode, maxMessages, maxMessageSize), 0 and 0: the kernel's defaults. The
  // queue, or a negative errno.
  static Napi::Value Open(const Napi::CallbackInfo& info, const Napi::Function& constructor);

  // What is called for every message is a function of (handle, ...numbers) instead of a method:
  // finding the C++ object behind `this` takes Node-API several times as long as the call itself.
  // Each answers as the other methods do. False: an exception is pending.
  static bool DefineCalls(napi_env env, napi_value exports);

  explicit Queue(const Napi::CallbackInfo& info);
  ~Queue() override;

 private:
  template <auto Method>
  static napi_value CallByHandle(napi_env env, napi_callback_info info);

  // For Direction.
  Endpoint endpoint() const override { return {descriptor_.get(), writable_, message_size_}; }
  void Keep() override { Ref(); }
  void LetGo() override { Unref(); }
  void Tell(const char* property, long number) override;
  // For Environment.
  void CloseHandles() override;
  // For Notice.
  void Changed() override;

  long TryReceive(uint32_t max, uint32_t microseconds) { return receiving_.TryNow(max, microseconds); }
  long TrySend(uint32_t count) { return sending_.TryNow(count); }
  long BeginReceive(uint32_t way, uint32_t max, uint32_t microseconds) {
    return receiving_.Begin(way, max, microseconds);
  }
  long BeginSend(uint32_t way, uint32_t count, uint32_t microseconds) {
    return sending_.Begin(way, count, microseconds);
  }
  // How many it has, 0 or 1.
  long Names();

  Napi::Value Attributes(const Napi::CallbackInfo& info);
  Napi::Value Status(const Napi::CallbackInfo& info);
  Napi::Value SetPermissions(const Napi::CallbackInfo& info);
  Napi::Value FileDescriptor(const Napi::CallbackInfo& info);
  Napi::Value Watch(const Napi::CallbackInfo& info);
  Napi::Value Unwatch(const Napi::CallbackInfo& info);
  Napi::Value CancelReceive(const Napi::CallbackInfo& info);
  Napi::Value SettleReceive(const Napi::CallbackInfo& info);
  Napi::Value CancelSend(const Napi::CallbackInfo& info);
  Napi::Value SettleSend(const Napi::CallbackInfo& info);
  Napi::Value PutBackOutbox(const Napi::CallbackInfo& info);
  Napi::Value PutBackInbox(const Napi::CallbackInfo& info);
  Napi::Value ReserveThread(const Napi::CallbackInfo& info);
  Napi::Value YieldThread(const Napi::CallbackInfo& info);
  Napi::Value ReleaseThread(const Napi::CallbackInfo& info);
  Napi::Value UseLease(const Napi::CallbackInfo& info);
  Napi::Value SetReferenced(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  void StopWatching();
  void Call(const char* property, napi_value argument);

  std::shared_ptr<Environment> environment_;
  uint32_t handle_ = 0;
  Napi::AsyncContext context_;
  Descriptor descriptor_;
  bool writable_ = false;
  size_t message_size_ = 0;
  PoolBudget::Token reservation_;

  Poller poller_{environment_, descriptor_};
  Receiving receiving_{environment_, this, poller_, &reservation_};
  Sending sending_{environment_, this, poller_};
  Notice notice_{environment_, descriptor_, this};
};

}  // namespace mqueue
