#include "wake_signal.h"

#include <signal.h>

#include <cerrno>

namespace mqueue {

namespace {

void Ignore(int) {}

// A handler that does nothing, without SA_RESTART: the system call then ends with EINTR.
int Install() {
  for (int signal = SIGRTMAX; signal >= SIGRTMIN; --signal) {
    struct sigaction current = {};
    if (sigaction(signal, nullptr, &current) != 0) continue;
    if ((current.sa_flags & SA_SIGINFO) != 0 || current.sa_handler != SIG_DFL) continue;
    struct sigaction ours = {};
    ours.sa_handler = Ignore;
    sigemptyset(&ours.sa_mask);
    if (sigaction(signal, &ours, nullptr) == 0) return signal;
  }
  return 0;
}

int Number() {
  static const int number = Install();
  return number;
}

void Mask(int how) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, Number());
  // It fails for an invalid `how` only.
  pthread_sigmask(how, &set, nullptr);
}

}  // namespace

bool WakeSignal::Available() { return Number() != 0; }

int WakeSignal::Send(pthread_t thread) { return -pthread_kill(thread, Number()); }

WakeSignal::Window::Window() { Mask(SIG_UNBLOCK); }

WakeSignal::Window::~Window() { Mask(SIG_BLOCK); }

}  // namespace mqueue
