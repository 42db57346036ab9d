#pragma once

namespace mqueue {

// The count of blocked pool threads in the process. An application and its dependency may each have a copy
// of this addon, of different versions even: all of them use the counter of the copy that was loaded
// first, by this interface. Its name has its version; what it does and the layout stay as they are.
struct PoolCounter {
  using Listener = void (*)(void* context);

  int (*capacity)();
  // False where as many are blocked as may be.
  bool (*acquire)();
  void (*release)();
  // Calls `listener` (from any thread) after each release until unsubscribed, and at once where one is free.
  void (*subscribe)(const void* key, Listener listener, void* context);
  void (*unsubscribe)(const void* key);
};

// That of the process.
const PoolCounter& ProcessPoolCounter();

}  // namespace mqueue
