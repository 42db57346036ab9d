#pragma once

#include <napi.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "countdown.h"
#include "descriptor.h"
#include "environment.h"
#include "loss.h"
#include "message_batch.h"
#include "notice.h"
#include "poller.h"
#include "pool_budget.h"
#include "queue_arguments.h"
#include "spinner.h"

namespace mqueue {

class Patience;
class ReceiveJob;
class SendJob;

// One open queue, as JavaScript sees it. Every method answers with a negative errno instead of
// throwing; the policy (who waits, in which way, what is told to the user) is JavaScript's.
//
// `onchange` is called after changes while it is watched, which keeps the object too.
//
// There is at most one wait in each direction. Its end is told by a call of the property
// `onreceive` (how many messages are in the inbox, or a negative errno) or `onsend` (how many were
// sent, or a negative errno). While a wait lasts the object is not garbage-collected.
class Queue : public Napi::ObjectWrap<Queue> {
 public:
  static Napi::Function Define(Napi::Env env);
  // open(name, flags, mode, maxMessages, maxMessageSize), 0 and 0: the kernel's defaults. The
  // queue, or a negative errno.
  static Napi::Value Open(const Napi::CallbackInfo& info, const Napi::Function& constructor);

  // What is called for every message is a function of (handle, first, second) instead of a method:
  // finding the C++ object behind `this` takes Node-API several times as long as the call itself.
  // Each answers as the other methods do.
  long TryReceive(uint32_t max, uint32_t microseconds);
  long TrySend(uint32_t count, uint32_t);
  long ReceiveSpinning(uint32_t max, uint32_t microseconds);
  // How many names it has, 0 or 1.
  long Names(uint32_t, uint32_t);
  // The callback of such a function.
  template <long (Queue::*Method)(uint32_t first, uint32_t second)>
  static napi_value CallByHandle(napi_env env, napi_callback_info info) {
    constexpr size_t kCount = 3;
    size_t count = kCount;
    napi_value given[kCount];
    if (napi_get_cb_info(env, info, &count, given, nullptr, nullptr) != napi_ok) return nullptr;
    uint32_t numbers[kCount] = {};
    if (!ReadUint32(env, given[0], &numbers[0])) return Number(env, -EBADF);
    for (size_t index = 1; index < kCount; ++index) {
      if (!ReadUint32(env, given[index], &numbers[index])) numbers[index] = 0;
    }
    Queue* queue = Environment::Of(env)->QueueOf(numbers[0]);
    return Number(env, queue == nullptr ? -EBADF : (queue->*Method)(numbers[1], numbers[2]));
  }

  explicit Queue(const Napi::CallbackInfo& info);
  ~Queue() override;

  const std::shared_ptr<Environment>& environment() const { return environment_; }
  int fd() const { return descriptor_.get(); }
  bool writable() const { return writable_; }
  size_t message_size() const { return message_size_; }

  // From the poller, the spinners and the countdowns: try what waits for `events`.
  void Ready(int status, int events);
  void ReceiveJobBack(int error, const MessageBatch& batch);
  void SendJobBack(int error, size_t sent);
  // From the notice.
  void Changed();
  void CloseHandles();
  // At the end: what is in the inbox, waiting a moment for room. Returns those that did not go.
  Loss GiveBackInbox(Patience& patience);

 private:
  enum class Way { kNone, kWorker, kLoop, kSpin };

  Napi::Value Attributes(const Napi::CallbackInfo& info);
  Napi::Value Status(const Napi::CallbackInfo& info);
  Napi::Value SetPermissions(const Napi::CallbackInfo& info);
  Napi::Value FileDescriptor(const Napi::CallbackInfo& info);
  Napi::Value Watch(const Napi::CallbackInfo& info);
  Napi::Value Unwatch(const Napi::CallbackInfo& info);
  Napi::Value ReceiveOnWorker(const Napi::CallbackInfo& info);
  Napi::Value ReceiveOnLoop(const Napi::CallbackInfo& info);
  Napi::Value CancelReceive(const Napi::CallbackInfo& info);
  Napi::Value SettleReceive(const Napi::CallbackInfo& info);
  Napi::Value SendOnWorker(const Napi::CallbackInfo& info);
  Napi::Value SendOnLoop(const Napi::CallbackInfo& info);
  Napi::Value SendSpinning(const Napi::CallbackInfo& info);
  Napi::Value CancelSend(const Napi::CallbackInfo& info);
  Napi::Value SettleSend(const Napi::CallbackInfo& info);
  Napi::Value GiveBackMessages(const Napi::CallbackInfo& info);
  Napi::Value ReturnMessages(const Napi::CallbackInfo& info);
  Napi::Value ReserveThread(const Napi::CallbackInfo& info);
  Napi::Value YieldThread(const Napi::CallbackInfo& info);
  Napi::Value ReleaseThread(const Napi::CallbackInfo& info);
  Napi::Value SetReferenced(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  int CheckCanWait(Way way) const;
  static int InVain(Way way, const Spinner& spinner, const Countdown& countdown);
  void BeginReceive(Way way, size_t max);
  void BeginSend(Way way);
  void EndReceive();
  void EndSend();
  // What a pool thread has not begun yet is done here. False: it has.
  bool TakeReceiveBack();
  bool TakeSendBack();
  void TryWaitingReceive(int status);
  void TryWaitingSend(int status);
  long Post(int error, const MessageBatch& batch);
  void DeliverReceived(long result);
  void DeliverSent(int error, size_t sent);
  void StopWatching();
  void Call(const char* property, napi_value argument);

  std::shared_ptr<Environment> environment_;
  uint32_t handle_ = 0;
  Napi::AsyncContext context_;
  Descriptor descriptor_;
  bool writable_ = false;
  size_t message_size_ = 0;
  PoolBudget::Token reservation_;

  Poller poller_{this};
  Spinner receive_spinner_;
  Spinner send_spinner_;
  Countdown receive_countdown_;
  Countdown send_countdown_;
  Notice notice_{this};

  Way receive_way_ = Way::kNone;
  size_t receive_max_ = 0;
  ReceiveJob* receive_job_ = nullptr;

  Way send_way_ = Way::kNone;
  MessageBatch pending_;
  size_t pending_sent_ = 0;
  SendJob* send_job_ = nullptr;
};

}  // namespace mqueue
