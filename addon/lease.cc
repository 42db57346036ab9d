#include "lease.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lease_steps.h"
#include "syscalls.h"

namespace mqueue {

using lease::Slot;
using lease::State;

namespace {

constexpr uint32_t kSlotMask = (uint32_t{1} << Lease::kSlotBits) - 1;

}  // namespace

Lease::Lease(LeaseFile file, uint32_t number)
    : number_(number), message_size_(file.layout().message_size), file_(std::move(file)) {
  // The foremost is taken first.
  for (size_t index = file_.layout().slots; index-- > 0;) {
    const State state = StateOf(file_.slot(index));
    if (state == State::kFree) free_.push_back(static_cast<uint32_t>(index));
    else ++used_;
    if (state == State::kGivenUp) ++given_up_;
  }
}

Lease::~Lease() {
  if (file_.open()) CloseFile();
}

bool Lease::closed() {
  const std::lock_guard<std::mutex> guard(lock_);
  return !file_.open();
}

Lease::Received Lease::Receive(int fd, const struct timespec* deadline) {
  return ReceiveInto([=](char* body, unsigned* priority) {
    return sys::Receive(fd, body, message_size_, priority, deadline);
  });
}

Lease::Received Lease::TryReceive(int fd) {
  return ReceiveInto([=](char* body, unsigned* priority) {
    return sys::TryReceive(fd, body, message_size_, priority);
  });
}

template <typename Call>
Lease::Received Lease::ReceiveInto(Call call) {
  size_t index = 0;
  if (!Take(&index)) return {-ENOBUFS, 0, 0, nullptr};
  Slot& slot = file_.slot(index);
  char* body = file_.body(index);
  lease::Step("taken");
  file_.Fill(index, slot.length);
  slot.length = 0;
  slot.attempts = 0;
  slot.priority = lease::kNoPriority;
  lease::Step("filled");
  SetState(slot, State::kReceiving);
  lease::Step("receiving");
  const ssize_t size = call(body, &slot.priority);
  if (size < 0) {
    SetState(slot, State::kFree);
    Untake(index, false);
    return {size, 0, 0, nullptr};
  }
  lease::Step("received");
  slot.length = static_cast<uint32_t>(size);
  lease::Step("measured");
  SetState(slot, State::kHeld);
  lease::Step("held");
  Untake(index, true);
  const auto id = static_cast<SlotId>(number_ << kSlotBits | index);
  return {size, slot.priority, id, body};
}

bool Lease::Take(size_t* index) {
  const std::lock_guard<std::mutex> guard(lock_);
  if (!file_.open() || free_.empty()) return false;
  *index = free_.back();
  free_.pop_back();
  ++used_;
  ++receiving_;
  return true;
}

void Lease::Untake(size_t index, bool came) {
  const std::lock_guard<std::mutex> guard(lock_);
  --receiving_;
  if (came) return;
  --used_;
  free_.push_back(static_cast<uint32_t>(index));
  CloseIfDone();
}

std::vector<Lease::SlotId> Lease::Held() { return SlotsIn(State::kHeld); }

std::vector<Lease::SlotId> Lease::GivenUp() { return SlotsIn(State::kGivenUp); }

std::vector<Lease::SlotId> Lease::SlotsIn(State state) {
  const std::lock_guard<std::mutex> guard(lock_);
  std::vector<SlotId> found;
  if (!file_.open()) return found;
  for (size_t index = 0; index < file_.layout().slots; ++index) {
    if (StateOf(file_.slot(index)) != state) continue;
    found.push_back(static_cast<SlotId>(number_ << kSlotBits | index));
  }
  return found;
}

lease::Slot* Lease::Find(SlotId id, State state) const {
  const size_t index = id & kSlotMask;
  if (!file_.open() || NumberOf(id) != number_ || index >= file_.layout().slots) return nullptr;
  Slot& slot = file_.slot(index);
  return StateOf(slot) == state ? &slot : nullptr;
}

bool Lease::Read(SlotId id, Contents* contents) {
  const std::lock_guard<std::mutex> guard(lock_);
  const Slot* slot = Find(id, State::kHeld);
  if (slot == nullptr) slot = Find(id, State::kGivenUp);
  if (slot == nullptr) return false;
  const char* body = file_.body(id & kSlotMask);
  contents->body.assign(body, body + std::min<size_t>(slot->length, message_size_));
  contents->priority = slot->priority;
  contents->attempts = slot->attempts;
  return true;
}

long Lease::Begin(SlotId id) {
  const std::lock_guard<std::mutex> guard(lock_);
  Slot* slot = Find(id, State::kHeld);
  if (slot == nullptr) return -EBADF;
  slot->attempts = std::min(slot->attempts + 1, lease::kMostAttempts);
  return static_cast<long>(slot->attempts);
}

int Lease::GiveUp(SlotId id) {
  const std::lock_guard<std::mutex> guard(lock_);
  Slot* slot = Find(id, State::kHeld);
  if (slot == nullptr) return -EBADF;
  SetState(*slot, State::kGivenUp);
  ++given_up_;
  CloseIfDone();
  return 0;
}

int Lease::Free(SlotId id) {
  const std::lock_guard<std::mutex> guard(lock_);
  Slot* slot = Find(id, State::kHeld);
  if (slot == nullptr) return -EBADF;
  lease::Step("done");
  FreeSlot(slot, id);
  return 0;
}

int Lease::FreeGivenUp(SlotId id) {
  const std::lock_guard<std::mutex> guard(lock_);
  Slot* slot = Find(id, State::kGivenUp);
  if (slot == nullptr) return -EBADF;
  --given_up_;
  FreeSlot(slot, id);
  return 0;
}

void Lease::FreeSlot(Slot* slot, SlotId id) {
  SetState(*slot, State::kFree);
  lease::Step("freed");
  --used_;
  free_.push_back(id & kSlotMask);
  CloseIfDone();
}

void Lease::Retire() {
  const std::lock_guard<std::mutex> guard(lock_);
  retired_ = true;
  CloseIfDone();
}

void Lease::Close() {
  const std::lock_guard<std::mutex> guard(lock_);
  if (file_.open() && receiving_ == 0) CloseFile();
}

void Lease::CloseIfDone() {
  if (retired_ && file_.open() && used_ == given_up_) CloseFile();
}

void Lease::CloseFile() {
  // Before the lock goes with the descriptor: nobody adopts a file that is being removed.
  if (used_ == 0) file_.Remove();
  file_.Close();
}

}  // namespace mqueue
