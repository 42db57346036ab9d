#pragma once

#include <cstdint>

namespace mqueue {

// The numbers of the ways, which JavaScript reads by their names.
enum class WayNumber : uint32_t { kThread = 1, kLoop = 2, kSpin = 3 };

// A way of waiting, for one direction of a queue: it says to a listener when a try is worth it.
class Way {
 public:
  // Begins a wait. `microseconds`: its limit, 0 for none; a way may have no use for it. 0 or a negative errno, and
  // then nothing has begun.
  [[nodiscard]] virtual int Begin(uint64_t microseconds) = 0;
  // The wait is over, for whatever reason.
  virtual void End() = 0;
  // The listener was called. Whether it has to try: false where a thread does so by now.
  [[nodiscard]] virtual bool MayTry() { return true; }
  // A try was in vain. 0 when the wait goes on, else what it ends with: -EAGAIN where another process was faster
  // and the wait has a limit, -ETIMEDOUT where that has passed, -ECANCELED where it cannot go on in this way.
  [[nodiscard]] virtual int InVain() const = 0;
  // True: no thread works for this wait, and it can end at once. False: its end comes soon.
  [[nodiscard]] virtual bool Cancel() { return true; }
  // Whether a wait keeps the process alive.
  virtual void SetReferenced(bool) {}
  virtual void CloseHandles() {}

 protected:
  ~Way() = default;
};

}  // namespace mqueue
