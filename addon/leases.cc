#include "leases.h"

#include <cerrno>
#include <utility>

namespace mqueue {

long Leases::Add(LeaseFile file) {
  Sweep();
  if (leases_.size() >= kMost) return -ENFILE;
  // A number comes again as late as can be: somebody may still have an id of a lease that is closed.
  do {
    last_ = last_ % kMost + 1;
  } while (leases_.count(last_) > 0);
  leases_.emplace(last_, std::make_shared<Lease>(std::move(file), last_));
  return static_cast<long>(last_);
}

std::shared_ptr<Lease> Leases::Find(uint32_t number) const {
  const auto found = leases_.find(number);
  return found == leases_.end() ? nullptr : found->second;
}

int Leases::Free(Lease::SlotId id) {
  const auto found = leases_.find(Lease::NumberOf(id));
  return found == leases_.end() ? -EBADF : found->second->Free(id);
}

void Leases::Close(uint32_t number) {
  const auto found = leases_.find(number);
  if (found == leases_.end()) return;
  found->second->Close();
  leases_.erase(found);
}

void Leases::Clear() {
  for (const auto& [number, lease] : leases_) lease->Retire();
  leases_.clear();
}

// Those that closed with their last message.
void Leases::Sweep() {
  for (auto next = leases_.begin(); next != leases_.end();) {
    next = next->second->closed() ? leases_.erase(next) : std::next(next);
  }
}

}  // namespace mqueue
