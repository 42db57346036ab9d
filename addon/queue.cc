#include "queue.h"

#include <fcntl.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "patience.h"
#include "put_back.h"
#include "queue_arguments.h"
#include "syscalls.h"
#include "uncaught.h"

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
                         InstanceMethod<&Queue::CancelReceive>("cancelReceive"),
                         InstanceMethod<&Queue::SettleReceive>("settleReceive"),
                         InstanceMethod<&Queue::CancelSend>("cancelSend"),
                         InstanceMethod<&Queue::SettleSend>("settleSend"),
                         InstanceMethod<&Queue::PutBackOutbox>("putBack"),
                         InstanceMethod<&Queue::PutBackInbox>("putBackInbox"),
                         InstanceMethod<&Queue::ReserveThread>("reserveThread"),
                         InstanceMethod<&Queue::YieldThread>("yieldThread"),
                         InstanceMethod<&Queue::ReleaseThread>("releaseThread"),
                         InstanceMethod<&Queue::UseLease>("useLease"),
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
  sys::OpenResult result =
      sys::Open(name, open_flags, static_cast<mode_t>(mode), defaults ? nullptr : &wanted);
  if (result.error != 0) return Number(env, result.error);
  struct mq_attr actual = {};
  const int error = sys::GetAttributes(result.descriptor.get(), &actual);
  if (error != 0) return Number(env, error);
  const auto message_size = static_cast<size_t>(actual.mq_msgsize);
  const std::shared_ptr<Environment> environment = Environment::Of(env);
  if (!environment->inbox().Reserve(env, message_size) ||
      !environment->outbox().Reserve(env, message_size)) {
    return Number(env, -ENOMEM);
  }
  const Napi::Object object = constructor.New({});
  // In a thread that is being terminated either fails, and no exception tells.
  Queue* queue = object.IsEmpty() ? nullptr : Unwrap(object);
  if (queue == nullptr) return env.Undefined();
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
      context_(info.Env(), "MessageQueue", info.This().As<Napi::Object>()) {
  handle_ = environment_->Add(this);
}

Queue::~Queue() {
  CloseHandles();
  environment_->Remove(handle_);
}

void Queue::CloseHandles() {
  poller_.Close();
  receiving_.CloseHandles();
  sending_.CloseHandles();
  notice_.Close();
}

Napi::Value Queue::Attributes(const Napi::CallbackInfo& info) {
  struct mq_attr attributes = {};
  const int error = sys::GetAttributes(descriptor_.get(), &attributes);
  if (error != 0) return Number(info.Env(), error);
  Napi::Array result = Napi::Array::New(info.Env(), 3);
  result[0U] = Number(info.Env(), attributes.mq_maxmsg);
  result[1U] = Number(info.Env(), attributes.mq_msgsize);
  result[2U] = Number(info.Env(), attributes.mq_curmsgs);
  return result;
}

Napi::Value Queue::Status(const Napi::CallbackInfo& info) {
  struct stat status = {};
  const int error = sys::GetStatus(descriptor_.get(), &status);
  if (error != 0) return Number(info.Env(), error);
  Napi::Array result = Napi::Array::New(info.Env(), 4);
  result[0U] = Number(info.Env(), status.st_uid);
  result[1U] = Number(info.Env(), status.st_gid);
  result[2U] = Number(info.Env(), status.st_mode & 07777);
  result[3U] = Number(info.Env(), static_cast<long>(status.st_nlink));
  return result;
}

long Queue::Names() {
  struct stat status = {};
  const int error = sys::GetStatus(descriptor_.get(), &status);
  return error != 0 ? error : static_cast<long>(status.st_nlink);
}

// setPermissions(mode, group): 0 or a negative errno. Without a group it stays as it is.
Napi::Value Queue::SetPermissions(const Napi::CallbackInfo& info) {
  uint32_t mode = 0;
  if (!ReadUint32(info.Env(), info[0], &mode)) return Number(info.Env(), -EINVAL);
  uint32_t group = 0;
  const bool given = ReadUint32(info.Env(), info[1], &group);
  const int error = sys::SetPermissions(descriptor_.get(), static_cast<mode_t>(mode), given ? &group : nullptr);
  return Number(info.Env(), error);
}

// -1 once it is closed.
Napi::Value Queue::FileDescriptor(const Napi::CallbackInfo& info) {
  return Number(info.Env(), descriptor_.get());
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

// What went back into the queue, or a negative errno where nothing did.
static Napi::Value Returned(Napi::Env env, size_t count, const Loss& lost) {
  const size_t returned = count - lost.count;
  return Number(env, returned > 0 ? static_cast<long>(returned) : lost.error);
}

// How many messages of the outbox, from the front, went back into the queue; or a negative errno. The
// second argument: milliseconds to wait for room.
Napi::Value Queue::PutBackOutbox(const Napi::CallbackInfo& info) {
  Mailbox& outbox = environment_->outbox();
  if (!outbox.Collect(Uint32Or0(info.Env(), info[0]))) return Number(info.Env(), 0);
  const uint32_t milliseconds = Uint32Or0(info.Env(), info[1]);
  // Without patience the signals of this thread are left alone: the process goes on.
  std::optional<Patience> patience;
  if (milliseconds > 0) patience.emplace(milliseconds);
  Patience* given = patience ? &*patience : nullptr;
  const MessageBatch& batch = outbox.batch();
  return Returned(info.Env(), batch.count(), PutBack(endpoint(), batch, 0, given));
}

// As putBack, for messages of the inbox from this one on: JavaScript could not take them over.
Napi::Value Queue::PutBackInbox(const Napi::CallbackInfo& info) {
  uint32_t first = 0;
  if (!ReadUint32(info.Env(), info[0], &first)) return Number(info.Env(), 0);
  Mailbox& inbox = environment_->inbox();
  const size_t count = inbox.batch().count();
  if (first >= count) return Number(info.Env(), 0);
  const Loss lost = PutBack(endpoint(), inbox.batch(), first);
  inbox.Drop();
  return Returned(info.Env(), count - first, lost);
}

// True: it is over, nothing will be called. False: `onreceive` will be, soon.
Napi::Value Queue::CancelReceive(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), receiving_.Cancel());
}

Napi::Value Queue::SettleReceive(const Napi::CallbackInfo& info) {
  return Number(info.Env(), receiving_.Settle());
}

// How many messages were sent by the wait, which is over; or -EINPROGRESS: `onsend` will be called,
// soon.
Napi::Value Queue::CancelSend(const Napi::CallbackInfo& info) {
  if (!sending_.waiting()) return Number(info.Env(), 0);
  if (!sending_.Cancel()) return Number(info.Env(), -EINPROGRESS);
  return Number(info.Env(), static_cast<long>(sending_.sent()));
}

Napi::Value Queue::SettleSend(const Napi::CallbackInfo& info) {
  return Number(info.Env(), static_cast<long>(sending_.Settle()));
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
  PoolBudget::Token token = info[0].ToBoolean() ? sending_.TakeToken() : receiving_.TakeToken();
  const bool held = token.held();
  if (held) environment_->PassOn(std::move(token));
  return Napi::Boolean::New(info.Env(), held);
}

Napi::Value Queue::ReleaseThread(const Napi::CallbackInfo& info) {
  reservation_.Release();
  return info.Env().Undefined();
}

// useLease(lease): 0 or a negative errno. What is received from now on is kept there; with the queue it is retired.
Napi::Value Queue::UseLease(const Napi::CallbackInfo& info) {
  std::shared_ptr<Lease> lease = environment_->leases().Find(Uint32Or0(info.Env(), info[0]));
  if (lease == nullptr || lease->message_size() != message_size_) return Number(info.Env(), -EINVAL);
  if (!descriptor_.valid()) return Number(info.Env(), -EBADF);
  if (receiving_.waiting()) return Number(info.Env(), -EBUSY);
  receiving_.Keep(std::move(lease));
  return Number(info.Env(), 0);
}

// Whether a wait on the loop keeps the process alive.
Napi::Value Queue::SetReferenced(const Napi::CallbackInfo& info) {
  const bool referenced = info[0].ToBoolean();
  poller_.SetReferenced(referenced);
  receiving_.SetReferenced(referenced);
  sending_.SetReferenced(referenced);
  notice_.SetReferenced(referenced);
  return info.Env().Undefined();
}

// 0 or a negative errno; -EBUSY while a wait is under way.
Napi::Value Queue::Close(const Napi::CallbackInfo& info) {
  if (receiving_.waiting() || sending_.waiting()) return Number(info.Env(), -EBUSY);
  reservation_.Release();
  StopWatching();
  CloseHandles();
  receiving_.Keep(nullptr);
  return Number(info.Env(), descriptor_.Close());
}

void Queue::Tell(const char* property, long number) {
  const Napi::HandleScope scope(Env());
  Call(property, Number(Env(), number));
}

void Queue::Changed() {
  if (environment_->stopped()) return;
  const Napi::HandleScope scope(Env());
  Call("onchange", Env().Undefined());
}

// In a scope of the caller's, by which the object is there for as long as JavaScript runs, which may drop its
// last reference.
void Queue::Call(const char* property, napi_value argument) {
  const Napi::Env env = Env();
  const Napi::Object self = Value();
  napi_value callback = nullptr;
  if (napi_get_named_property(env, self, property, &callback) != napi_ok) return;
  if (napi_make_callback(env, context_, self, callback, 1, &argument, nullptr) == napi_ok) return;
  ReportUncaught(env);
}

}  // namespace mqueue
