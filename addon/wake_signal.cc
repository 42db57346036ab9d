#include "wake_signal.h"

#include <signal.h>

#include <cerrno>

namespace mqueue {

namespace {

void Ignore(int) {}

// A handler that does nothing, without SA_RESTART: the system call then ends with EINTR.
bool InstallFor(int signal) {
  struct sigaction current = {};
  if (sigaction(signal, nullptr, &current) != 0) return false;
  if ((current.sa_flags & SA_SIGINFO) != 0 || current.sa_handler != SIG_DFL) return false;
  struct sigaction ours = {};
  ours.sa_handler = Ignore;
  sigemptyset(&ours.sa_mask);
  return sigaction(signal, &ours, nullptr) == 0;
}

int Install() {
  for (int signal = SIGRTMAX; signal >= SIGRTMIN; --signal) {
    if (InstallFor(signal)) return signal;
  }
  return 0;
}

// Nobody gets it but for urgent data of sockets that asked for that. Where somebody handles it, that
// handler is called once more than it expects, which is better than a thread that never ends.
constexpr int kSubstitute = SIGURG;

void InstallSubstitute() {
  static const bool installed = InstallFor(kSubstitute);
  static_cast<void>(installed);
}

void Mask(int how) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, WakeSignal::Number());
  sigaddset(&set, kSubstitute);
  // It fails for an invalid `how` only.
  pthread_sigmask(how, &set, nullptr);
}

}  // namespace

int WakeSignal::Number() {
  static const int number = Install();
  return number;
}

bool WakeSignal::Available() { return Number() != 0; }

void WakeSignal::Send(pthread_t thread) {
  if (pthread_kill(thread, Number()) != EAGAIN) return;
  InstallSubstitute();
  // It fails for a thread that has ended only, and this one is in its wait.
  pthread_kill(thread, kSubstitute);
}

WakeSignal::Window::Window() { Mask(SIG_UNBLOCK); }

WakeSignal::Window::~Window() { Mask(SIG_BLOCK); }

}  // namespace mqueue
