// Loaded into a process, this library does at once what the environment variable SIGNALS says to each
// real-time signal that the process handles: "default", "ignore", or "handle", with a handler that says so.

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace {

void Handle(int) {
  constexpr char kText[] = "somebody else's handler was called\n";
  if (write(STDERR_FILENO, kText, sizeof(kText) - 1) < 0) _exit(9);
}

__attribute__((constructor)) void Take() {
  const char* how = std::getenv("SIGNALS");
  struct sigaction taken = {};
  taken.sa_handler = Handle;
  taken.sa_flags = SA_RESTART;
  if (std::strcmp(how, "default") == 0) taken.sa_handler = SIG_DFL;
  if (std::strcmp(how, "ignore") == 0) taken.sa_handler = SIG_IGN;
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) {
    struct sigaction current = {};
    if (sigaction(signal, nullptr, &current) != 0 || current.sa_handler == SIG_DFL) continue;
    if (sigaction(signal, &taken, nullptr) != 0) _exit(8);
  }
}

}  // namespace
