#include "blocking_job.h"

#include <cerrno>
#include <utility>

#include "wake_signal.h"

namespace mqueue {

namespace {

// In the year 2255: as far as the kernel's clock type can say.
constexpr time_t kNever = 9'000'000'000;

}  // namespace

BlockingJob::BlockingJob(Listener* listener, std::shared_ptr<Environment> environment,
                         PoolBudget::Token token, MessageBatch batch)
    : batch_(std::move(batch)),
      listener_(listener),
      environment_(std::move(environment)),
      token_(std::move(token)),
      deadline_{kNever, 0} {
  request_.data = this;
}

int BlockingJob::Start(std::unique_ptr<BlockingJob> job) {
  const auto work = [](uv_work_t* request) {
    auto* self = static_cast<BlockingJob*>(request->data);
    self->Run();
    self->SetBack();
  };
  const auto after = [](uv_work_t* request, int status) {
    const std::unique_ptr<BlockingJob> self(static_cast<BlockingJob*>(request->data));
    const std::shared_ptr<Environment> environment = self->environment_;
    // Before the result is told: who is told may want to wait again.
    self->token_.Release();
    if (status == UV_ECANCELED) self->error_ = -ECANCELED;
    Listener* listener = std::exchange(self->listener_, nullptr);
    if (listener != nullptr) listener->JobBack(*self);
    environment->Remove(self.get());
  };
  const int status = uv_queue_work(job->environment_->loop(), &job->request_, work, after);
  if (status != 0) return status;
  job->environment_->Add(job.get());
  job.release();
  return 0;
}

bool BlockingJob::TakeBack() {
  if (cancelled_.load() || uv_cancel(reinterpret_cast<uv_req_t*>(&request_)) != 0) return false;
  cancelled_.store(true);
  // No thread is blocked by it, though it comes back to the loop later only.
  token_.Release();
  SetBack();
  return true;
}

void BlockingJob::Cancel() {
  if (cancelled_.load() || TakeBack()) return;
  cancelled_.store(true);
  {
    const std::lock_guard<std::mutex> guard(lock_);
    WakeThread();
  }
  token_.Release();
}

void BlockingJob::GiveUp() {
  const std::lock_guard<std::mutex> guard(lock_);
  if (!given_up_.exchange(true)) WakeThread();
}

void BlockingJob::WakeThread() {
  if (state_ != State::kWaiting) return;
  // The kernel reads it on the other thread, without this lock.
  __atomic_store_n(&deadline_.tv_sec, time_t{0}, __ATOMIC_SEQ_CST);
  WakeSignal::Send(thread_, signal_);
}

void BlockingJob::AwaitBack() {
  std::unique_lock<std::mutex> guard(lock_);
  back_.wait(guard, [this] { return state_ == State::kBack; });
}

bool BlockingJob::AwaitLeft() {
  std::unique_lock<std::mutex> guard(lock_);
  if (state_ == State::kQueued) return false;
  back_.wait(guard, [this] { return state_ == State::kBack; });
  return true;
}

MessageBatch BlockingJob::TakeBatch() {
  const std::lock_guard<std::mutex> guard(lock_);
  return std::move(batch_);
}

int BlockingJob::Block(const std::function<int(const struct timespec*)>& call) {
  // Around the whole wait: nobody signals a thread that has the signal blocked.
  const WakeSignal::Window window;
  if (!EnterWait(window.signal())) return -ECANCELED;
  int result;
  bool interrupted;
  do {
    result = call(&deadline_);
    // EAGAIN: libuv had put the descriptor into non-blocking mode for a moment.
    interrupted = result == -EINTR || result == -ETIMEDOUT || result == -EAGAIN;
  } while (interrupted && !ended());
  LeaveWait();
  return interrupted ? -ECANCELED : result;
}

bool BlockingJob::EnterWait(int signal) {
  const std::lock_guard<std::mutex> guard(lock_);
  if (ended()) return false;
  thread_ = pthread_self();
  signal_ = signal;
  state_ = State::kWaiting;
  return true;
}

void BlockingJob::LeaveWait() {
  const std::lock_guard<std::mutex> guard(lock_);
  state_ = State::kDraining;
}

void BlockingJob::SetBack() {
  // Notified under the lock: who waits for it may delete this object as soon as it has the lock.
  const std::lock_guard<std::mutex> guard(lock_);
  state_ = State::kBack;
  back_.notify_all();
}

}  // namespace mqueue
