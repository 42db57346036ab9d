#include "wake_signal.h"

#include <mutex>

namespace mqueue {

namespace {

// Nobody gets it but for urgent data of sockets that asked for that. Where somebody handles it, that
// handler is called once more than it expects, which is better than a thread that never ends.
constexpr int kSubstitute = SIGURG;

// The one in use, 0 before the first.
std::mutex lock;
int chosen = 0;

void Ignore(int) {}

bool IsOurs(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == Ignore;
}

// With a handler of somebody else's, if it is not ours.
bool IsHandled(const struct sigaction& action) {
  if ((action.sa_flags & SA_SIGINFO) != 0) return true;
  return action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

// A handler that does nothing, without SA_RESTART: the system call then ends with EINTR. False, and the
// handler stays, when somebody has just installed one.
bool Install(int signal) {
  struct sigaction ours = {};
  ours.sa_handler = Ignore;
  sigemptyset(&ours.sa_mask);
  struct sigaction before = {};
  if (sigaction(signal, &ours, &before) != 0) return false;
  if (IsOurs(before) || !IsHandled(before)) return true;
  // It fails for an invalid signal only.
  sigaction(signal, &before, nullptr);
  return false;
}

// Whether one that was ours still is. Who set it back to its default, which ends the process, or ignores
// it did not mean ours: it is taken again.
bool Hold(int signal) {
  struct sigaction current = {};
  if (sigaction(signal, nullptr, &current) != 0) return false;
  if (IsOurs(current)) return true;
  return !IsHandled(current) && Install(signal);
}

bool IsFree(int signal) {
  struct sigaction current = {};
  if (sigaction(signal, nullptr, &current) != 0) return false;
  return !IsHandled(current) && current.sa_handler == SIG_DFL;
}

int Choose() {
  for (int signal = SIGRTMAX; signal >= SIGRTMIN; --signal) {
    if (IsFree(signal) && Install(signal)) return signal;
  }
  return 0;
}

int Number() {
  const std::lock_guard<std::mutex> guard(lock);
  if (chosen == 0 || !Hold(chosen)) chosen = Choose();
  return chosen;
}

}  // namespace

bool WakeSignal::Available() { return Number() != 0; }

void WakeSignal::Send(pthread_t thread, int signal) {
  if (signal != 0 && Hold(signal) && pthread_kill(thread, signal) == 0) return;
  // Handled by somebody else it does as well.
  Hold(kSubstitute);
  // It fails for a thread that has ended only, and this one is in its wait.
  pthread_kill(thread, kSubstitute);
}

WakeSignal::Window::Window() : signal_(Number()), before_() {
  sigset_t set;
  sigemptyset(&set);
  if (signal_ != 0) sigaddset(&set, signal_);
  sigaddset(&set, kSubstitute);
  // It fails for an invalid first argument only.
  pthread_sigmask(SIG_UNBLOCK, &set, &before_);
}

WakeSignal::Window::~Window() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace mqueue
