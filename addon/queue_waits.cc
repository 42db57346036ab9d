// The waits of a Queue: their beginning, their end, and what JavaScript is told of it.

#include <cerrno>
#include <memory>
#include <utility>

#include "jobs.h"
#include "patience.h"
#include "queue.h"
#include "queue_arguments.h"
#include "syscalls.h"
#include "uncaught.h"
#include "wake_signal.h"

namespace mqueue {

namespace {

bool CopyOutbox(const Napi::CallbackInfo& info, MessageBatch* batch) {
  Mailbox& outbox = Environment::Of(info.Env())->outbox();
  return CollectOutbox(info, &outbox) && batch->CopyFrom(outbox.batch());
}

// Of whatever unit; 0 for what is no number.
uint64_t TimeOf(napi_env env, napi_value value) {
  uint32_t time = 0;
  return ReadUint32(env, value, &time) ? time : 0;
}

}  // namespace

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
  receive_countdown_.Stop();
  poller_.Disarm(UV_READABLE);
  Unref();
}

void Queue::BeginSend(Way way) {
  send_way_ = way;
  pending_sent_ = 0;
  Ref();
}

void Queue::EndSend() {
  send_way_ = Way::kNone;
  send_job_ = nullptr;
  pending_ = MessageBatch();
  send_spinner_.Stop();
  send_countdown_.Stop();
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
  // Watched until the thread has begun: the pool may be busy with other work for long.
  int error = poller_.Arm(UV_READABLE);
  if (error != 0) return Number(env, error);
  error = BlockingJob::Start(std::move(job));
  if (error != 0) {
    poller_.Disarm(UV_READABLE);
    return Number(env, error);
  }
  receive_job_ = started;
  BeginReceive(Way::kWorker, max);
  return Number(env, 0);
}

Napi::Value Queue::ReceiveOnLoop(const Napi::CallbackInfo& info) {
  int error = CheckCanWait(receive_way_);
  if (error == 0) error = receive_countdown_.Start(TimeOf(info.Env(), info[1]));
  if (error == 0) error = poller_.Arm(UV_READABLE);
  if (error == 0) {
    BeginReceive(Way::kLoop, Maximum(info));
  } else if (receive_way_ == Way::kNone) {
    receive_countdown_.Stop();
  }
  return Number(info.Env(), error);
}

long Queue::ReceiveSpinning(uint32_t max, uint32_t microseconds) {
  int error = CheckCanWait(receive_way_);
  if (error == 0) error = receive_spinner_.Start(microseconds);
  if (error == 0) BeginReceive(Way::kSpin, Maximum(max));
  return error;
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
  const long result = Post(job->error() == 0 ? -ECANCELED : job->error(), job->batch());
  job->MarkTaken();
  job->Detach();
  EndReceive();
  return Number(env, result);
}

Napi::Value Queue::SendOnWorker(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int refused = CheckCanWait(send_way_);
  if (refused != 0) return Number(env, refused);
  if (!WakeSignal::Available()) return Number(env, -ENOSYS);
  MessageBatch batch;
  if (!CopyOutbox(info, &batch)) return Number(env, -EINVAL);
  PoolBudget::Token token = PoolBudget::TryAcquire();
  if (!token.held()) return Number(env, -EBUSY);
  auto job = std::make_unique<SendJob>(this, std::move(token), std::move(batch));
  SendJob* started = job.get();
  int error = poller_.Arm(UV_WRITABLE);
  if (error != 0) return Number(env, error);
  error = BlockingJob::Start(std::move(job));
  if (error != 0) {
    poller_.Disarm(UV_WRITABLE);
    return Number(env, error);
  }
  send_job_ = started;
  BeginSend(Way::kWorker);
  return Number(env, 0);
}

Napi::Value Queue::SendOnLoop(const Napi::CallbackInfo& info) {
  int error = CheckCanWait(send_way_);
  if (error == 0 && !CopyOutbox(info, &pending_)) error = -EINVAL;
  if (error == 0) error = send_countdown_.Start(TimeOf(info.Env(), info[1]));
  if (error == 0) error = poller_.Arm(UV_WRITABLE);
  if (error == 0) {
    BeginSend(Way::kLoop);
  } else if (send_way_ == Way::kNone) {
    send_countdown_.Stop();
  }
  return Number(info.Env(), error);
}

Napi::Value Queue::SendSpinning(const Napi::CallbackInfo& info) {
  int error = CheckCanWait(send_way_);
  if (error == 0 && !CopyOutbox(info, &pending_)) error = -EINVAL;
  if (error == 0) error = send_spinner_.Start(TimeOf(info.Env(), info[1]));
  if (error == 0) BeginSend(Way::kSpin);
  return Number(info.Env(), error);
}

// How many messages were sent by the wait, which is over; or -EINPROGRESS: `onsend` will be called,
// soon.
Napi::Value Queue::CancelSend(const Napi::CallbackInfo& info) {
  if (send_way_ == Way::kWorker) {
    send_job_->Cancel();
    return Number(info.Env(), -EINPROGRESS);
  }
  if (send_way_ == Way::kNone) return Number(info.Env(), 0);
  EndSend();
  return Number(info.Env(), static_cast<long>(pending_sent_));
}

// Ends the wait, after the pool thread has let go. How many messages were sent by it, or by the wait
// whose end JavaScript was being told when its process ended; `onsend` is not called.
Napi::Value Queue::SettleSend(const Napi::CallbackInfo& info) {
  if (send_way_ == Way::kWorker) {
    send_job_->Cancel();
    send_job_->AwaitBack();
    pending_sent_ = send_job_->sent();
    send_job_->Detach();
  }
  if (send_way_ != Way::kNone) EndSend();
  return Number(info.Env(), static_cast<long>(pending_sent_));
}

void Queue::Ready(int status, int events) {
  if (environment_->stopped()) return;
  const Napi::HandleScope scope(Env());
  // Keeps this object while JavaScript runs, which may drop its last reference.
  [[maybe_unused]] const Napi::Object alive = Value();
  if ((events & UV_READABLE) != 0) TryWaitingReceive(status);
  if ((events & UV_WRITABLE) != 0) TryWaitingSend(status);
}

// A try of what waits had nothing: 0 when the wait goes on, else what it ends with. -EAGAIN: another process
// was faster, and the wait has a limit.
int Queue::InVain(Way way, const Spinner& spinner, const Countdown& countdown) {
  switch (way) {
    case Way::kSpin:
      return spinner.expired() ? -ETIMEDOUT : 0;
    case Way::kLoop:
      if (!countdown.limited()) return 0;
      return countdown.expired() ? -ETIMEDOUT : -EAGAIN;
    default:
      // Its job was taken back.
      return -ECANCELED;
  }
}

bool Queue::TakeReceiveBack() {
  if (!receive_job_->TakeBack()) {
    poller_.Disarm(UV_READABLE);
    return false;
  }
  receive_job_->Detach();
  return true;
}

bool Queue::TakeSendBack() {
  if (!send_job_->TakeBack()) {
    poller_.Disarm(UV_WRITABLE);
    return false;
  }
  pending_ = send_job_->TakeBatch();
  send_job_->Detach();
  return true;
}

void Queue::TryWaitingReceive(int status) {
  if (receive_way_ == Way::kNone) return;
  if (receive_way_ == Way::kWorker && !TakeReceiveBack()) return;
  environment_->ReturnUntaken();
  MessageBatch& batch = environment_->inbox().batch();
  batch.Clear();
  int error = status != 0 ? status : batch.Drain(fd(), message_size_, receive_max_);
  if (batch.empty() && error == -EAGAIN) {
    error = InVain(receive_way_, receive_spinner_, receive_countdown_);
    if (error == 0) return;
  }
  EndReceive();
  DeliverReceived(batch.empty() ? error : environment_->inbox().Publish(this));
}

void Queue::TryWaitingSend(int status) {
  if (send_way_ == Way::kNone) return;
  if (send_way_ == Way::kWorker && !TakeSendBack()) return;
  int error = status;
  if (status == 0) pending_sent_ = pending_.SendFrom(fd(), pending_sent_, &error);
  if (error == -EAGAIN) {
    error = InVain(send_way_, send_spinner_, send_countdown_);
    if (error == 0) return;
  }
  EndSend();
  DeliverSent(error, pending_sent_);
}

void Queue::ReceiveJobBack(int error, const MessageBatch& batch) {
  EndReceive();
  if (environment_->stopped()) {
    if (batch.empty()) return;
    Patience patience(Environment::kPatience);
    GiveBack(fd(), writable_, batch, 0, &patience);
    return;
  }
  DeliverReceived(Post(error, batch));
}

Loss Queue::GiveBackInbox(Patience& patience) {
  // Who closed it had no use for them.
  if (!descriptor_.valid()) return {};
  return GiveBack(fd(), writable_, environment_->inbox().batch(), 0, &patience);
}

void Queue::SendJobBack(int error, size_t sent) {
  pending_sent_ = sent;
  EndSend();
  DeliverSent(error, sent);
}

// Into the inbox. How many messages that were, or a negative errno.
long Queue::Post(int error, const MessageBatch& batch) {
  if (batch.empty()) return error;
  environment_->ReturnUntaken();
  Mailbox& inbox = environment_->inbox();
  if (inbox.batch().CopyFrom(batch)) return inbox.Publish(this);
  GiveBack(fd(), writable_, batch, 0);
  return -ENOMEM;
}

void Queue::DeliverReceived(long result) {
  const Napi::HandleScope scope(Env());
  Call("onreceive", Number(Env(), result));
}

void Queue::DeliverSent(int error, size_t sent) {
  if (environment_->stopped()) return;
  const Napi::HandleScope scope(Env());
  Call("onsend", Number(Env(), sent > 0 ? static_cast<long>(sent) : error));
}

void Queue::Changed() {
  if (environment_->stopped()) return;
  const Napi::HandleScope scope(Env());
  // JavaScript may drop its last reference meanwhile.
  [[maybe_unused]] const Napi::Object alive = Value();
  Call("onchange", Env().Undefined());
}

void Queue::Call(const char* property, napi_value argument) {
  const Napi::Env env = Env();
  const Napi::Object self = Value();
  napi_value callback = nullptr;
  if (napi_get_named_property(env, self, property, &callback) != napi_ok) return;
  if (napi_make_callback(env, context_, self, callback, 1, &argument, nullptr) == napi_ok) return;
  ReportUncaught(env);
}

}  // namespace mqueue
