#pragma once

namespace mqueue {

class BlockedWaits;

// One thread of the process, for the waits on pool threads whose event loop does not turn: a loop that is busy
// takes nobody's messages, and one that has ended (Node then joins the pool's threads) lets the process go,
// even where nobody told this addon of the end. It sleeps while nothing is blocked.
//
// What a thread had taken by the end, and the loop has never heard of, goes back to the kernel when the
// C library runs its exit handlers.
class Guard {
 public:
  static void Insert(BlockedWaits* waits);
  static void Remove(BlockedWaits* waits);
  // Something that was inserted has a wait. Begins the thread with the first one.
  static void Wake();
};

}  // namespace mqueue
