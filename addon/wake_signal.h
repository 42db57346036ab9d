#pragma once

#include <pthread.h>

namespace mqueue {

// The real-time signal that gets a pool thread out of a blocking system call. It is a property of
// the process: chosen once, when first asked for.
class WakeSignal {
 public:
  // False when every real-time signal is in use by somebody else.
  static bool Available();

  // Sends it to one thread. 0 or a negative errno.
  static int Send(pthread_t thread);

  // Lets the signal reach the calling thread for as long as the window lives. Outside it stays
  // blocked, so that one that comes late cannot interrupt the thread's next job: libuv does not
  // retry a read that ends with EINTR.
  class Window {
   public:
    Window();
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;
  };
};

}  // namespace mqueue
