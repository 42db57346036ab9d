#include "patience.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

#include <ctime>

// The name in sigevent(3type), which many versions of glibc do not give it.
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace mqueue {

namespace {

constexpr long kMillisecond = 1'000'000;
constexpr long kAgain = 10;

struct timespec ToTime(long milliseconds) {
  struct timespec time = {};
  time.tv_sec = milliseconds / 1000;
  time.tv_nsec = milliseconds % 1000 * kMillisecond;
  return time;
}

// timer_create(2) and its kin directly, for the same reason as the calls in syscalls.cc.
int StartTimer(long milliseconds, int signal) {
  if (signal == 0 || milliseconds <= 0) return -1;
  struct sigevent event = {};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = signal;
  event.sigev_notify_thread_id = static_cast<pid_t>(syscall(SYS_gettid));
  int timer = -1;
  if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) != 0) return -1;
  struct itimerspec times = {};
  times.it_value = ToTime(milliseconds);
  times.it_interval = ToTime(kAgain);
  if (syscall(SYS_timer_settime, timer, 0, &times, nullptr) == 0) return timer;
  syscall(SYS_timer_delete, timer);
  return -1;
}

}  // namespace

Patience::Patience(long milliseconds)
    : end_(uv_hrtime() + static_cast<uint64_t>(milliseconds) * kMillisecond),
      timer_(StartTimer(milliseconds, window_.signal())) {}

Patience::~Patience() {
  if (timer_ >= 0) syscall(SYS_timer_delete, timer_);
}

bool Patience::over() const { return uv_hrtime() >= end_; }

const struct timespec* Patience::Deadline() {
  if (timer_ >= 0) return nullptr;
  constexpr long kSecond = 1000 * kMillisecond;
  // It fails for an unknown clock only.
  clock_gettime(CLOCK_REALTIME, &moment_);
  moment_.tv_nsec += kAgain * kMillisecond;
  moment_.tv_sec += moment_.tv_nsec / kSecond;
  moment_.tv_nsec %= kSecond;
  return &moment_;
}

}  // namespace mqueue
