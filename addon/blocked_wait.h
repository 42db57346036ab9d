#pragma once

#include "loss.h"

namespace mqueue {

class Patience;

// A wait that blocks a thread of the pool, as those know it who have to end it.
class BlockedWait {
 public:
  // Idempotent. It comes back soon, with what it had taken. Its thread counts as free at once: it is, as
  // soon as it is scheduled.
  virtual void Cancel() = 0;
  // After Cancel: returns when the pool thread has let go of the queue. Microseconds, as soon as
  // that thread is scheduled.
  virtual void AwaitBack() = 0;
  // From any thread, for a loop that does not turn: as Cancel, but a wait that no thread has begun can still be
  // taken back. Who waits is told -ECANCELED by a loop that turns again, and begins anew.
  virtual void GiveUp() = 0;
  // After GiveUp: as AwaitBack. False at once where no thread has begun.
  [[nodiscard]] virtual bool AwaitLeft() = 0;
  // After AwaitBack, for the end of the process: what was received goes back to the kernel, waiting for
  // room as long as there is patience. Returns those that did not go.
  [[nodiscard]] virtual Loss PutBack(Patience& patience) = 0;

 protected:
  ~BlockedWait() = default;
};

}  // namespace mqueue
