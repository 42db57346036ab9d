#pragma once

#include <pthread.h>
#include <signal.h>

namespace mqueue {

// The signal that gets a thread out of a blocking system call. It is a property of the process: a
// real-time signal that nobody uses, and another one when somebody begins to use it. Real-time signals
// are queued, and no more of them than RLIMIT_SIGPENDING allows to all processes of a user; when that is
// used up a standard signal takes their place, which needs no place in a queue.
class WakeSignal {
 public:
  // False when every real-time signal is in use by somebody else.
  static bool Available();

  // Lets the signal reach the calling thread for as long as the window lives. After it the thread has
  // blocked what it had blocked before: a process that somebody starts from it inherits that.
  //
  // A signal that was sent while the window was open interrupts nothing after it. The thread gets it at
  // the end of the system call that closes the window, if not before.
  class Window {
   public:
    Window();
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    // 0 where there is none.
    int signal() const { return signal_; }

   private:
    int signal_;
    sigset_t before_;
  };

  // Sends it to a thread that has a window for `signal` open.
  static void Send(pthread_t thread, int signal);
};

}  // namespace mqueue
