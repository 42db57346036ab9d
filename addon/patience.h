#pragma once

#include <cstdint>
#include <ctime>

#include "wake_signal.h"

namespace mqueue {

// How long the calling thread may sleep in system calls. A deadline of the kernel's
// is on the wall clock, and would move with it; this is a timer on the monotonic one, which sends the
// thread the wake signal when the time is over and from then on again and again, so that a call that
// had not begun to sleep is met by the next one.
class Patience {
 public:
  // How many milliseconds an end waits for room for what goes back. A sender that is blocked on
  // the queue has filled the place of what was taken, so without waiting there would never be any.
  static constexpr long kOfAnEnd = 100;

  explicit Patience(long milliseconds = kOfAnEnd);
  ~Patience();
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  bool over() const;
  // Of the next call: none, because the signal ends it. Where no timer can be had, a moment from now.
  const struct timespec* Deadline();

 private:
  WakeSignal::Window window_;
  uint64_t end_;
  struct timespec moment_ = {};
  int timer_ = -1;
};

}  // namespace mqueue
