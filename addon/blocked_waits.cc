#include "blocked_waits.h"

#include <utility>

#include "blocked_wait.h"
#include "guard.h"
#include "patience.h"

namespace mqueue {

namespace {

constexpr uint64_t kMillisecond = 1'000'000;
// A loop that has not turned for so long is busy, and who is busy does not stand in line.
constexpr uint64_t kPatient = 100;
// Between two looks at a loop that sleeps: a process without work is left alone.
constexpr uint64_t kQuiet = 400;
// Of the time between two looks, what a loop may have been awake for and still counts as asleep.
constexpr uint64_t kAwake = 2;

}  // namespace

BlockedWaits::~BlockedWaits() { Close(); }

int BlockedWaits::Open(const std::shared_ptr<EventLoop>& loop) {
  const int status = pulse_.Open(loop);
  if (status != 0) return status;
  opened_ = true;
  Guard::Insert(this);
  return 0;
}

void BlockedWaits::Close() {
  if (!std::exchange(opened_, false)) return;
  Guard::Remove(this);
  pulse_.Close();
}

void BlockedWaits::Add(BlockedWait* wait) {
  // It fails for a null callback only.
  if (waits_.empty()) pulse_.Start();
  {
    const std::lock_guard<std::mutex> guard(lock_);
    waits_.insert(wait);
    count_.store(waits_.size());
  }
  if (opened_) Guard::Wake();
}

void BlockedWaits::Remove(BlockedWait* wait) {
  {
    const std::lock_guard<std::mutex> guard(lock_);
    waits_.erase(wait);
    count_.store(waits_.size());
  }
  if (waits_.empty()) pulse_.Stop();
}

void BlockedWaits::Cancel() {
  for (BlockedWait* wait : waits_) wait->Cancel();
}

void BlockedWaits::AwaitBack() {
  for (BlockedWait* wait : waits_) wait->AwaitBack();
}

Loss BlockedWaits::PutBack(Patience& patience) {
  Loss lost;
  for (BlockedWait* wait : waits_) lost.Add(wait->PutBack(patience));
  return lost;
}

uint64_t BlockedWaits::Look(uint64_t now) {
  if (count_.load() == 0) {
    looked_at_ = 0;
    return 0;
  }
  const LoopPulse::Beat beat = pulse_.Take();
  const LoopPulse::Beat before = std::exchange(seen_, beat);
  const uint64_t since = std::exchange(looked_at_, now);
  if (since == 0 || beat.turns != before.turns || beat.slept != before.slept) {
    changed_at_ = now;
    const bool asleep = since != 0 && beat.slept - before.slept + kAwake * kMillisecond >= now - since;
    return asleep ? kQuiet : kPatient;
  }
  if (now - changed_at_ >= kPatient * kMillisecond) GiveUp();
  return kPatient;
}

void BlockedWaits::GiveUp() {
  const std::lock_guard<std::mutex> guard(lock_);
  for (BlockedWait* wait : waits_) wait->GiveUp();
}

Loss BlockedWaits::End() {
  GiveUp();
  // Held to the end: a thread of JavaScript that still runs (others than Node may end the process) removes nothing
  // meanwhile.
  const std::lock_guard<std::mutex> guard(lock_);
  if (waits_.empty()) return {};
  Patience patience;
  Loss lost;
  for (BlockedWait* wait : waits_) {
    // One that no thread has begun has nothing, and there may be no thread left to begin it.
    if (wait->AwaitLeft()) lost.Add(wait->PutBack(patience));
  }
  return lost;
}

}  // namespace mqueue
