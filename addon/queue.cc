#include "queue.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "jobs.h"
#include "syscalls.h"
#include "values.h"
#include "wake_signal.h"

namespace mqueue {

namespace {

// What Open hands to the constructor, which JavaScript cannot reach otherwise.
struct Opened {
  Descriptor descriptor;
  bool readable;
  bool writable;
  size_t message_size;
};

Napi::Value Number(Napi::Env env, long number) {
  return Napi::Number::New(env, static_cast<double>(number));
}

size_t Maximum(const Napi::CallbackInfo& info) {
  uint32_t max = 1;
  if (!ReadUint32(info.Env(), info[0], &max)) max = 1;
  return std::max<size_t>(max, 1);
}

uint64_t Microseconds(napi_env env, napi_value value) {
  uint32_t microseconds = 0;
  return ReadUint32(env, value, &microseconds) ? microseconds : 0;
}

// The message list and the index to begin at, of trySendMany and its like.
bool ReadList(const Napi::CallbackInfo& info, MessageBatch* batch) {
  uint32_t first = 0;
  return ReadUint32(info.Env(), info[1], &first) &&
         ReadMessages(info.Env(), info[0], first, batch) && !batch->empty();
}

}  // namespace

Napi::Function Queue::Define(Napi::Env env) {
  return DefineClass(env, "NativeQueue",
                     {
                         InstanceMethod<&Queue::Attributes>("attributes"),
                         InstanceMethod<&Queue::TryReceive>("tryReceive"),
                         InstanceMethod<&Queue::TrySend>("trySend"),
                         InstanceMethod<&Queue::TrySendMany>("trySendMany"),
                         InstanceMethod<&Queue::ReceiveOnWorker>("receiveOnWorker"),
                         InstanceMethod<&Queue::ReceiveOnLoop>("receiveOnLoop"),
                         InstanceMethod<&Queue::ReceiveSpinning>("receiveSpinning"),
                         InstanceMethod<&Queue::CancelReceive>("cancelReceive"),
                         InstanceMethod<&Queue::SettleReceive>("settleReceive"),
                         InstanceMethod<&Queue::SendOnWorker>("sendOnWorker"),
                         InstanceMethod<&Queue::SendOnLoop>("sendOnLoop"),
                         InstanceMethod<&Queue::SendSpinning>("sendSpinning"),
                         InstanceMethod<&Queue::CancelSend>("cancelSend"),
                         InstanceMethod<&Queue::GiveBackMessages>("giveBack"),
                         InstanceMethod<&Queue::ReserveThread>("reserveThread"),
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
  if (!info[0].IsString() || !ReadUint32(env, info[1], &flags) ||
      !ReadUint32(env, info[2], &mode) || !ReadUint32(env, info[3], &max_messages) ||
      !ReadUint32(env, info[4], &max_message_size)) {
    return Number(env, -EINVAL);
  }
  struct mq_attr wanted = {};
  wanted.mq_maxmsg = max_messages;
  wanted.mq_msgsize = max_message_size;
  const bool defaults = max_messages == 0 && max_message_size == 0;
  const int open_flags = static_cast<int>(flags) | O_CLOEXEC;
  OpenResult result = mqueue::Open(info[0].As<Napi::String>().Utf8Value(), open_flags,
                                   static_cast<mode_t>(mode), defaults ? nullptr : &wanted);
  if (result.error != 0) return Number(env, result.error);
  struct mq_attr actual = {};
  const int error = GetAttributes(result.descriptor.get(), &actual);
  if (error != 0) return Number(env, error);
  const int access = open_flags & O_ACCMODE;
  Opened opened{std::move(result.descriptor), access != O_WRONLY, access != O_RDONLY,
                static_cast<size_t>(actual.mq_msgsize)};
  return constructor.New({Napi::External<Opened>::New(env, &opened)});
}

Queue::Queue(const Napi::CallbackInfo& info)
    : ObjectWrap(info),
      environment_(Environment::Of(info.Env())),
      context_(info.Env(), "MessageQueue"),
      receive_spinner_(this, UV_READABLE),
      send_spinner_(this, UV_WRITABLE) {
  if (!info[0].IsExternal()) {
    Napi::TypeError::New(info.Env(), "Illegal constructor").ThrowAsJavaScriptException();
    return;
  }
  auto* opened = info[0].As<Napi::External<Opened>>().Data();
  descriptor_ = std::move(opened->descriptor);
  readable_ = opened->readable;
  writable_ = opened->writable;
  message_size_ = opened->message_size;
  environment_->AddQueue(this);
}

Queue::~Queue() {
  CloseHandles();
  environment_->RemoveQueue(this);
}

void Queue::CloseHandles() {
  poller_.Close();
  receive_spinner_.Close();
  send_spinner_.Close();
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

Napi::Value Queue::TryReceive(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  MessageBatch& batch = environment_->scratch();
  batch.Clear();
  const int error = batch.Drain(fd(), message_size_, Maximum(info));
  if (batch.empty()) return Number(env, error);
  napi_value messages = MessagesToArray(env, batch);
  if (messages != nullptr) return {env, messages};
  GiveBack(fd(), writable_, batch, 0);
  return Number(env, -ENOMEM);
}

Napi::Value Queue::TrySend(const Napi::CallbackInfo& info) {
  Bytes bytes{};
  uint32_t priority = 0;
  if (!ReadBytes(info.Env(), info[0], &bytes) || !ReadUint32(info.Env(), info[1], &priority)) {
    return Number(info.Env(), -EINVAL);
  }
  return Number(info.Env(), mqueue::TrySend(fd(), bytes.data, bytes.size, priority));
}

Napi::Value Queue::TrySendMany(const Napi::CallbackInfo& info) {
  MessageBatch& batch = environment_->scratch();
  batch.Clear();
  if (!ReadList(info, &batch)) return Number(info.Env(), -EINVAL);
  int error = 0;
  const size_t sent = batch.SendFrom(fd(), 0, &error);
  return Number(info.Env(), sent > 0 ? static_cast<long>(sent) : error);
}

int Queue::CheckCanWait(Way way) const {
  if (!descriptor_.valid()) return -EBADF;
  if (environment_->stopped()) return -ECANCELED;
  return way == Way::kNone ? 0 : -EALREADY;
}

void Queue::BeginReceive(Way way, size_t max) {
  receive_way_ = way;
  receive_max_ = max;
  Ref();
}

void Queue::EndReceive() {
  receive_way_ = Way::kNone;
  receive_job_ = nullptr;
  receive_spinner_.Stop();
  poller_.Disarm(UV_READABLE);
  Unref();
}

void Queue::BeginSend(Way way) {
  send_way_ = way;
  Ref();
}

void Queue::EndSend() {
  send_way_ = Way::kNone;
  send_job_ = nullptr;
  pending_ = MessageBatch();
  send_spinner_.Stop();
  poller_.Disarm(UV_WRITABLE);
  Unref();
}

Napi::Value Queue::ReceiveOnWorker(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int refused = CheckCanWait(receive_way_);
  if (refused != 0) return Number(env, refused);
  if (!WakeSignal::Available()) return Number(env, -ENOSYS);
  PoolBudget::Token token;
  if (!reservation_.held()) {
    token = PoolBudget::TryAcquire();
    if (!token.held()) return Number(env, -EBUSY);
  }
  const size_t max = Maximum(info);
  auto job = std::make_unique<ReceiveJob>(this, std::move(token), max);
  ReceiveJob* started = job.get();
  const int error = BlockingJob::Start(std::move(job));
  if (error != 0) return Number(env, error);
  receive_job_ = started;
  BeginReceive(Way::kWorker, max);
  return Number(env, 0);
}

Napi::Value Queue::ReceiveOnLoop(const Napi::CallbackInfo& info) {
  int error = CheckCanWait(receive_way_);
  if (error == 0) error = poller_.Arm(UV_READABLE);
  if (error == 0) BeginReceive(Way::kLoop, Maximum(info));
  return Number(info.Env(), error);
}

Napi::Value Queue::ReceiveSpinning(const Napi::CallbackInfo& info) {
  int error = CheckCanWait(receive_way_);
  if (error == 0) error = receive_spinner_.Start(Microseconds(info.Env(), info[1]));
  if (error == 0) BeginReceive(Way::kSpin, Maximum(info));
  return Number(info.Env(), error);
}

// True: it is over, nothing will be called. False: `onreceive` will be, soon.
Napi::Value Queue::CancelReceive(const Napi::CallbackInfo& info) {
  if (receive_way_ == Way::kWorker) {
    receive_job_->Cancel();
    return Napi::Boolean::New(info.Env(), false);
  }
  if (receive_way_ != Way::kNone) EndReceive();
  return Napi::Boolean::New(info.Env(), true);
}

// After cancelReceive() said false: waits for the pool thread to let go, answers with what it had
// taken, and `onreceive` is not called.
Napi::Value Queue::SettleReceive(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (receive_way_ != Way::kWorker) return Number(env, -EINVAL);
  ReceiveJob* job = receive_job_;
  job->Cancel();
  job->AwaitBack();
  napi_value result = Number(env, job->error() == 0 ? -ECANCELED : job->error());
  if (!job->batch().empty()) {
    napi_value messages = MessagesToArray(env, job->batch());
    if (messages != nullptr) {
      result = messages;
    } else {
      GiveBack(fd(), writable_, job->batch(), 0);
      result = Number(env, -ENOMEM);
    }
  }
  job->MarkTaken();
  job->Detach();
  EndReceive();
  return {env, result};
}

Napi::Value Queue::SendOnWorker(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int refused = CheckCanWait(send_way_);
  if (refused != 0) return Number(env, refused);
  if (!WakeSignal::Available()) return Number(env, -ENOSYS);
  MessageBatch batch;
  if (!ReadList(info, &batch)) return Number(env, -EINVAL);
  PoolBudget::Token token = PoolBudget::TryAcquire();
  if (!token.held()) return Number(env, -EBUSY);
  auto job = std::make_unique<SendJob>(this, std::move(token), std::move(batch));
  SendJob* started = job.get();
  const int error = BlockingJob::Start(std::move(job));
  if (error != 0) return Number(env, error);
  send_job_ = started;
  BeginSend(Way::kWorker);
  return Number(env, 0);
}

Napi::Value Queue::SendOnLoop(const Napi::CallbackInfo& info) {
  int error = CheckCanWait(send_way_);
  MessageBatch batch;
  if (error == 0 && !ReadList(info, &batch)) error = -EINVAL;
  if (error == 0) error = poller_.Arm(UV_WRITABLE);
  if (error != 0) return Number(info.Env(), error);
  pending_ = std::move(batch);
  BeginSend(Way::kLoop);
  return Number(info.Env(), 0);
}

Napi::Value Queue::SendSpinning(const Napi::CallbackInfo& info) {
  int error = CheckCanWait(send_way_);
  MessageBatch batch;
  if (error == 0 && !ReadList(info, &batch)) error = -EINVAL;
  if (error == 0) error = send_spinner_.Start(Microseconds(info.Env(), info[2]));
  if (error != 0) return Number(info.Env(), error);
  pending_ = std::move(batch);
  BeginSend(Way::kSpin);
  return Number(info.Env(), 0);
}

// As cancelReceive.
Napi::Value Queue::CancelSend(const Napi::CallbackInfo& info) {
  if (send_way_ == Way::kWorker) {
    send_job_->Cancel();
    return Napi::Boolean::New(info.Env(), false);
  }
  if (send_way_ != Way::kNone) EndSend();
  return Napi::Boolean::New(info.Env(), true);
}

// How many messages of the list, from the front, went back into the queue.
Napi::Value Queue::GiveBackMessages(const Napi::CallbackInfo& info) {
  MessageBatch& batch = environment_->scratch();
  batch.Clear();
  if (!ReadMessages(info.Env(), info[0], 0, &batch)) return Number(info.Env(), 0);
  return Number(info.Env(), static_cast<long>(GiveBack(fd(), writable_, batch, 0)));
}

Napi::Value Queue::ReserveThread(const Napi::CallbackInfo& info) {
  if (!reservation_.held()) reservation_ = PoolBudget::TryAcquire();
  return Napi::Boolean::New(info.Env(), reservation_.held());
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
  send_spinner_.SetReferenced(referenced);
  return info.Env().Undefined();
}

// 0 or a negative errno; -EBUSY while a wait is under way.
Napi::Value Queue::Close(const Napi::CallbackInfo& info) {
  if (receive_way_ != Way::kNone || send_way_ != Way::kNone) return Number(info.Env(), -EBUSY);
  reservation_.Release();
  CloseHandles();
  return Number(info.Env(), descriptor_.Close());
}

void Queue::Ready(int status, int events) {
  if (environment_->stopped()) return;
  const Napi::HandleScope scope(Env());
  // Keeps this object while JavaScript runs, which may drop its last reference.
  [[maybe_unused]] const Napi::Object alive = Value();
  if ((events & UV_READABLE) != 0) TryWaitingReceive(status);
  if ((events & UV_WRITABLE) != 0) TryWaitingSend(status);
}

void Queue::TryWaitingReceive(int status) {
  if (receive_way_ != Way::kLoop && receive_way_ != Way::kSpin) return;
  MessageBatch& batch = environment_->scratch();
  batch.Clear();
  int error = status != 0 ? status : batch.Drain(fd(), message_size_, receive_max_);
  if (batch.empty() && error == -EAGAIN) {
    if (receive_way_ == Way::kLoop || !receive_spinner_.expired()) return;
    error = -ETIMEDOUT;
  }
  EndReceive();
  DeliverReceived(error, batch);
}

void Queue::TryWaitingSend(int status) {
  if (send_way_ != Way::kLoop && send_way_ != Way::kSpin) return;
  int error = status;
  const size_t sent = status != 0 ? 0 : pending_.SendFrom(fd(), 0, &error);
  if (sent == 0 && error == -EAGAIN) {
    if (send_way_ == Way::kLoop || !send_spinner_.expired()) return;
    error = -ETIMEDOUT;
  }
  EndSend();
  DeliverSent(error, sent);
}

void Queue::ReceiveJobBack(int error, const MessageBatch& batch) {
  EndReceive();
  DeliverReceived(error, batch);
}

void Queue::SendJobBack(int error, size_t sent) {
  EndSend();
  DeliverSent(error, sent);
}

void Queue::DeliverReceived(int error, const MessageBatch& batch) {
  if (environment_->stopped()) {
    GiveBack(fd(), writable_, batch, 0);
    return;
  }
  const Napi::HandleScope scope(Env());
  if (batch.empty()) {
    Call("onreceive", Number(Env(), error));
    return;
  }
  napi_value messages = MessagesToArray(Env(), batch);
  if (messages == nullptr) {
    GiveBack(fd(), writable_, batch, 0);
    messages = Number(Env(), -ENOMEM);
  }
  Call("onreceive", messages);
}

void Queue::DeliverSent(int error, size_t sent) {
  if (environment_->stopped()) return;
  const Napi::HandleScope scope(Env());
  Call("onsend", Number(Env(), sent > 0 ? static_cast<long>(sent) : error));
}

void Queue::Call(const char* property, napi_value argument) {
  const Napi::Env env = Env();
  const Napi::Object self = Value();
  napi_value callback = nullptr;
  if (napi_get_named_property(env, self, property, &callback) != napi_ok) return;
  if (napi_make_callback(env, context_, self, callback, 1, &argument, nullptr) == napi_ok) return;
  // Nothing is pending when the environment is being terminated.
  if (env.IsExceptionPending()) {
    napi_fatal_exception(env, env.GetAndClearPendingException().Value());
  }
}

}  // namespace mqueue
