#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>

#include "loop_pulse.h"
#include "loss.h"

namespace mqueue {

class BlockedWait;
class Patience;

// The blocked waits of one environment, as its own thread and the guard see them.
class BlockedWaits {
 public:
  ~BlockedWaits();

  // On the loop's thread.

  // 0 or a negative errno.
  [[nodiscard]] int Open(const std::shared_ptr<EventLoop>& loop);
  void Close();
  void Add(BlockedWait* wait);
  void Remove(BlockedWait* wait);
  bool empty() const { return waits_.empty(); }
  void Cancel();
  // After Cancel.
  void AwaitBack();
  // After AwaitBack: what they had taken goes back. Returns what did not go.
  [[nodiscard]] Loss PutBack(Patience& patience);

  // On the guard's thread.

  // Gives up those that wait if the loop has not turned for too long. In how many milliseconds to look again;
  // 0: nobody waits.
  [[nodiscard]] uint64_t Look(uint64_t now);

  // For the end of the process, when the loop never turns again: all of them end, and what they had taken goes
  // back, waiting a while for room. Returns what did not go.
  [[nodiscard]] Loss End();

 private:
  void GiveUp();

  LoopPulse pulse_;
  bool opened_ = false;
  // Changed by the loop's thread only, which needs it for that alone.
  std::mutex lock_;
  std::set<BlockedWait*> waits_;
  std::atomic<size_t> count_{0};

  // The guard's: what it saw last, and since when it has seen that. 0: nothing yet.
  LoopPulse::Beat seen_;
  uint64_t looked_at_ = 0;
  uint64_t changed_at_ = 0;
};

}  // namespace mqueue
