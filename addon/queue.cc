#include "queue.h"

#include <fcntl.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "jobs.h"
#include "patience.h"
#include "queue_arguments.h"
#include "syscalls.h"

namespace mqueue {

Napi::Function Queue::Define(Napi::Env env) {
  return DefineClass(env, "NativeQueue",
                     {
                         InstanceMethod<&Queue::Attributes>("attributes"),
                         InstanceMethod<&Queue::Status>("status"),
                         InstanceMethod<&Queue::SetPermissions>("setPermissions"),
                         InstanceMethod<&Queue::FileDescriptor>("descriptor"),
                         InstanceMethod<&Queue::Watch>("watch"),
                         InstanceMethod<&Queue::Unwatch>("unwatch"),
                         InstanceMethod<&Queue::ReceiveOnWorker>("receiveOnWorker"),
                         InstanceMethod<&Queue::ReceiveOnLoop>("receiveOnLoop"),
                         InstanceMethod<&Queue::CancelReceive>("cancelReceive"),
                         InstanceMethod<&Queue::SettleReceive>("settleReceive"),
                         InstanceMethod<&Queue::SendOnWorker>("sendOnWorker"),
                         InstanceMethod<&Queue::SendOnLoop>("sendOnLoop"),
                         InstanceMethod<&Queue::SendSpinning>("sendSpinning"),
                         InstanceMethod<&Queue::CancelSend>("cancelSend"),
                         InstanceMethod<&Queue::SettleSend>("settleSend"),
                         InstanceMethod<&Queue::GiveBackMessages>("giveBack"),
                         InstanceMethod<&Queue::ReturnMessages>("returnFrom"),
                         InstanceMethod<&Queue::ReserveThread>("reserveThread"),
                         InstanceMethod<&Queue::YieldThread>("yieldThread"),
                         InstanceMethod<&Queue::ReleaseThread>("releaseThread"),
                         InstanceMethod<&Queue::SetReferenced>("setReferenced"),
                         InstanceMethod<&Queue::Close>("close"),
                     });
}

Napi::Value Queue::Open(const Napi::CallbackInfo& info, const Napi::Function& constructor) {
  const Napi::Env env = info.Env();
  uint32_t flags = 0;
  uint32_t mode = 0;
  uint32_t max_messages = 0;
  uint32_t max_message_size = 0;
  std::string name;
  if (!ReadName(info[0], &name) || !ReadUint32(env, info[1], &flags) ||
      !ReadUint32(env, info[2], &mode) || !ReadUint32(env, info[3], &max_messages) ||
      !ReadUint32(env, info[4], &max_message_size)) {
    return Number(env, -EINVAL);
  }
  struct mq_attr wanted = {};
  wanted.mq_maxmsg = max_messages;
  wanted.mq_msgsize = max_message_size;
  const bool defaults = max_messages == 0 && max_message_size == 0;
  const int open_flags = static_cast<int>(flags) | O_CLOEXEC;
  OpenResult result = mqueue::Open(name, open_flags,
                                   static_cast<mode_t>(mode), defaults ? nullptr : &wanted);
  if (result.error != 0) return Number(env, result.error);
  struct mq_attr actual = {};
  const int error = GetAttributes(result.descriptor.get(), &actual);
  if (error != 0) return Number(env, error);
  const auto message_size = static_cast<size_t>(actual.mq_msgsize);
  const std::shared_ptr<Environment> environment = Environment::Of(env);
  if (!environment->inbox().Reserve(env, message_size) ||
      !environment->outbox().Reserve(env, message_size)) {
    return Number(env, -ENOMEM);
  }
  const Napi::Object object = constructor.New({});
  if (env.IsExceptionPending()) return env.Undefined();
  Queue* queue = Unwrap(object);
  const int access = open_flags & O_ACCMODE;
  queue->descriptor_ = std::move(result.descriptor);
  queue->writable_ = access != O_RDONLY;
  queue->message_size_ = message_size;
  const napi_value handle = Number(env, static_cast<long>(queue->handle_));
  if (napi_set_named_property(env, object, "handle", handle) != napi_ok) return env.Undefined();
  return object;
}

// One that did not come from Open has no descriptor: everything answers -EBADF.
Queue::Queue(const Napi::CallbackInfo& info)
    : ObjectWrap(info),
      environment_(Environment::Of(info.Env())),
      // Without an object of its own, which is held weakly, it would be lost at the next collection.
      context_(info.Env(), "MessageQueue", info.This().As<Napi::Object>()),
      receive_spinner_(this, UV_READABLE),
      send_spinner_(this, UV_WRITABLE),
      receive_countdown_(this, UV_READABLE),
      send_countdown_(this, UV_WRITABLE) {
  handle_ = environment_->AddQueue(this);
}

Queue::~Queue() {
  CloseHandles();
  environment_->RemoveQueue(this, handle_);
}

void Queue::CloseHandles() {
  poller_.Close();
  receive_spinner_.Close();
  send_spinner_.Close();
  receive_countdown_.Close();
  send_countdown_.Close();
  notice_.Close();
}

Napi::Value Queue::Attributes(const Napi::CallbackInfo& info) {
  struct mq_attr attributes = {};
  const int error = GetAttributes(fd(), &attributes);
  if (error != 0) return Number(info.Env(), error);
  Napi::Array result = Napi::Array::New(info.Env(), 3);
  result[0U] = Number(info.Env(), attributes.mq_maxmsg);
  result[1U] = Number(info.Env(), attributes.mq_msgsize);
  result[2U] = Number(info.Env(), attributes.mq_curmsgs);
  return result;
}

Napi::Value Queue::Status(const Napi::CallbackInfo& info) {
  struct stat status = {};
  const int error = GetStatus(fd(), &status);
  if (error != 0) return Number(info.Env(), error);
  Napi::Array result = Napi::Array::New(info.Env(), 4);
  result[0U] = Number(info.Env(), status.st_uid);
  result[1U] = Number(info.Env(), status.st_gid);
  result[2U] = Number(info.Env(), status.st_mode & 07777);
  result[3U] = Number(info.Env(), static_cast<long>(status.st_nlink));
  return result;
}

long Queue::Names(uint32_t, uint32_t) {
  struct stat status = {};
  const int error = GetStatus(fd(), &status);
  return error != 0 ? error : static_cast<long>(status.st_nlink);
}

// setPermissions(mode, group): 0 or a negative errno. Without a group it stays as it is.
Napi::Value Queue::SetPermissions(const Napi::CallbackInfo& info) {
  uint32_t mode = 0;
  if (!ReadUint32(info.Env(), info[0], &mode)) return Number(info.Env(), -EINVAL);
  uint32_t group = 0;
  const bool given = ReadUint32(info.Env(), info[1], &group);
  const int error = mqueue::SetPermissions(fd(), static_cast<mode_t>(mode), given ? &group : nullptr);
  return Number(info.Env(), error);
}

// -1 once it is closed.
Napi::Value Queue::FileDescriptor(const Napi::CallbackInfo& info) {
  return Number(info.Env(), fd());
}

// 0 or a negative errno.
Napi::Value Queue::Watch(const Napi::CallbackInfo& info) {
  if (!descriptor_.valid()) return Number(info.Env(), -EBADF);
  if (environment_->stopped()) return Number(info.Env(), -ECANCELED);
  if (notice_.active()) return Number(info.Env(), 0);
  const int error = notice_.Start();
  if (error == 0) Ref();
  return Number(info.Env(), error);
}

Napi::Value Queue::Unwatch(const Napi::CallbackInfo& info) {
  StopWatching();
  return info.Env().Undefined();
}

void Queue::StopWatching() {
  if (!notice_.active()) return;
  notice_.Close();
  Unref();
}

// How many messages are in the inbox, or a negative errno. Tries for so many microseconds, but once only where
// the loop has not had its turn lately.
long Queue::TryReceive(uint32_t max, uint32_t microseconds) {
  constexpr uint64_t kNanosecondsPerMicrosecond = 1000;
  // Whatever JavaScript asks for, the loop waits no longer.
  constexpr uint32_t kMostMicroseconds = 1000;
  Mailbox& inbox = environment_->inbox();
  inbox.batch().Clear();
  int error = inbox.batch().Drain(fd(), message_size_, Maximum(max));
  if (microseconds > 0 && inbox.batch().empty() && error == -EAGAIN && !environment_->LoopIsLate()) {
    const uint64_t end = uv_hrtime() + std::min(microseconds, kMostMicroseconds) * kNanosecondsPerMicrosecond;
    do {
      // Where more processes have work than there are processors, one of them is who is to send.
      sched_yield();
      error = inbox.batch().Drain(fd(), message_size_, Maximum(max));
    } while (inbox.batch().empty() && error == -EAGAIN && uv_hrtime() < end);
  }
  return inbox.batch().empty() ? error : inbox.Publish(this);
}

// How many messages of the outbox, from the front, were sent; or a negative errno.
long Queue::TrySend(uint32_t count, uint32_t) {
  Mailbox& outbox = environment_->outbox();
  if (!outbox.Collect(count)) return -EINVAL;
  int error = 0;
  const size_t sent = outbox.batch().SendFrom(fd(), 0, &error);
  return sent > 0 ? static_cast<long>(sent) : error;
}

// What went back into the queue, or a negative errno where nothing did.
static Napi::Value Returned(Napi::Env env, size_t count, const Loss& lost) {
  const size_t returned = count - lost.count;
  return Number(env, returned > 0 ? static_cast<long>(returned) : lost.error);
}

// How many messages of the outbox, from the front, went back into the queue; or a negative errno. The
// second argument: milliseconds to wait for room.
Napi::Value Queue::GiveBackMessages(const Napi::CallbackInfo& info) {
  Mailbox& outbox = environment_->outbox();
  if (!CollectOutbox(info, &outbox)) return Number(info.Env(), 0);
  uint32_t milliseconds = 0;
  if (!ReadUint32(info.Env(), info[1], &milliseconds)) milliseconds = 0;
  // Without patience the signals of this thread are left alone: the process goes on.
  std::optional<Patience> patience;
  if (milliseconds > 0) patience.emplace(milliseconds);
  Patience* given = patience ? &*patience : nullptr;
  const MessageBatch& batch = outbox.batch();
  return Returned(info.Env(), batch.count(), GiveBack(fd(), writable_, batch, 0, given));
}

// As giveBack, for messages of the inbox from this one on: JavaScript could not take them over.
Napi::Value Queue::ReturnMessages(const Napi::CallbackInfo& info) {
  uint32_t first = 0;
  if (!ReadUint32(info.Env(), info[0], &first)) return Number(info.Env(), 0);
  const MessageBatch& batch = environment_->inbox().batch();
  if (first >= batch.count()) return Number(info.Env(), 0);
  return Returned(info.Env(), batch.count() - first, GiveBack(fd(), writable_, batch, first));
}

Napi::Value Queue::ReserveThread(const Napi::CallbackInfo& info) {
  PoolBudget::Token passed_on = environment_->TakePassedOn();
  if (!reservation_.held()) {
    reservation_ = passed_on.held() ? std::move(passed_on) : PoolBudget::TryAcquire();
  }
  return Napi::Boolean::New(info.Env(), reservation_.held());
}

// yieldThread(sending): whether a wait of this queue has one of the budget, which then is the next
// reserveThread()'s. The wait has to be cancelled then.
Napi::Value Queue::YieldThread(const Napi::CallbackInfo& info) {
  BlockingJob* job = receive_job_;
  if (info[0].ToBoolean()) job = send_job_;
  PoolBudget::Token token;
  if (job != nullptr) token = job->TakeToken();
  const bool held = token.held();
  if (held) environment_->PassOn(std::move(token));
  return Napi::Boolean::New(info.Env(), held);
}

Napi::Value Queue::ReleaseThread(const Napi::CallbackInfo& info) {
  reservation_.Release();
  return info.Env().Undefined();
}

// Whether a wait on the loop keeps the process alive.
Napi::Value Queue::SetReferenced(const Napi::CallbackInfo& info) {
  const bool referenced = info[0].ToBoolean();
  poller_.SetReferenced(referenced);
  receive_spinner_.SetReferenced(referenced);
  notice_.SetReferenced(referenced);
  send_spinner_.SetReferenced(referenced);
  return info.Env().Undefined();
}

// 0 or a negative errno; -EBUSY while a wait is under way.
Napi::Value Queue::Close(const Napi::CallbackInfo& info) {
  if (receive_way_ != Way::kNone || send_way_ != Way::kNone) return Number(info.Env(), -EBUSY);
  reservation_.Release();
  StopWatching();
  CloseHandles();
  return Number(info.Env(), descriptor_.Close());
}

}  // namespace mqueue
