#pragma once

#include <pthread.h>

namespace mqueue {

// The signal that gets a pool thread out of a blocking system call. It is a property of the process:
// a real-time signal, chosen once, when first asked for. Real-time signals are queued, and no more of
// them than RLIMIT_SIGPENDING allows to all processes of a user; when that is used up a standard signal
// takes its place, which needs no place in a queue.
class WakeSignal {
 public:
  // False when every real-time signal is in use by somebody else.
  static bool Available();
  static int Number();

  // Sends it to a thread that has a window open.
  static void Send(pthread_t thread);

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
