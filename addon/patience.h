#pragma once

#include <cstdint>

#include "wake_signal.h"

namespace mqueue {

// How long the calling thread may sleep in system calls without a deadline. A deadline of the kernel's
// is on the wall clock, and would move with it; this is a timer on the monotonic one, which sends the
// thread the wake signal when the time is over and from then on again and again, so that a call that
// had not begun to sleep is met by the next one.
class Patience {
 public:
  explicit Patience(long milliseconds);
  ~Patience();
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  // True from the beginning where no timer can be had.
  bool over() const;

 private:
  WakeSignal::Window window_;
  uint64_t end_;
  int timer_ = -1;
};

}  // namespace mqueue
