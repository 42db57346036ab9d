#include "direction.h"

#include <cerrno>
#include <utility>

namespace mqueue {

Direction::Direction(std::shared_ptr<Environment> environment, Host* host, Poller& poller, int event,
                     const char* property, const PoolBudget::Token* reserved)
    : environment_(std::move(environment)),
      host_(host),
      property_(property),
      spin_(environment_, this),
      loop_(environment_, poller, event, this),
      thread_(poller, event, this, reserved) {}

Way* Direction::WayOf(uint32_t number) {
  switch (static_cast<WayNumber>(number)) {
    case WayNumber::kThread:
      return &thread_;
    case WayNumber::kLoop:
      return &loop_;
    case WayNumber::kSpin:
      return &spin_;
  }
  return nullptr;
}

int Direction::Begin(uint32_t number, uint32_t amount, uint32_t microseconds) {
  if (!queue().valid()) return -EBADF;
  if (environment_->stopped()) return -ECANCELED;
  if (waiting()) return -EALREADY;
  Way* way = WayOf(number);
  if (way == nullptr) return -EINVAL;
  int error = Prepare(amount);
  if (error == 0) error = way->Begin(microseconds);
  if (error != 0) {
    Release();
    return error;
  }
  way_ = way;
  host_->Keep();
  return 0;
}

void Direction::End() {
  std::exchange(way_, nullptr)->End();
  Release();
  host_->LetGo();
}

bool Direction::Cancel() {
  if (!waiting()) return true;
  if (!way_->Cancel()) return false;
  End();
  return true;
}

BlockingJob* Direction::SettleThread() { return way_ == &thread_ ? &thread_.Settle() : nullptr; }

void Direction::Ready(int status) {
  if (environment_->stopped() || !waiting() || !way_->MayTry()) return;
  int error = Try(status);
  if (error == -EAGAIN) {
    error = way_->InVain();
    if (error == 0) return;
  }
  const long outcome = Outcome(error);
  End();
  Tell(outcome);
}

void Direction::SetReferenced(bool referenced) { spin_.SetReferenced(referenced); }

void Direction::CloseHandles() {
  spin_.CloseHandles();
  loop_.CloseHandles();
}

}  // namespace mqueue
