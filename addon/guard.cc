#include "guard.h"

#include <pthread.h>
#include <signal.h>
#include <uv.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "blocked_waits.h"
#include "loss.h"

namespace mqueue {

namespace {

constexpr uint64_t kMillisecond = 1'000'000;
constexpr size_t kStack = 128 * 1024;

// With locks of libuv's: to wait for a condition by the monotonic clock, C++ needs a newer C library than Node.
struct State {
  State();

  uv_mutex_t lock{};
  uv_cond_t woken{};
  std::set<BlockedWaits*> all;
  bool begun = false;
  bool ended = false;
  // The thread sleeps until it is woken.
  std::atomic<bool> asleep{true};
};

State::State() {
  // They fail for want of memory.
  if (uv_mutex_init(&lock) != 0 || uv_cond_init(&woken) != 0) std::abort();
}

// Never destroyed: the thread goes on while static objects go.
State& TheState() {
  static auto* state = new State();
  return *state;
}

class Locked {
 public:
  explicit Locked(State& state) : state_(state) { uv_mutex_lock(&state_.lock); }
  ~Locked() { uv_mutex_unlock(&state_.lock); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  State& state_;
};

// In how many milliseconds to look again; 0: nobody waits.
uint64_t LookAtAll(State& state) {
  const uint64_t now = uv_hrtime();
  uint64_t soonest = 0;
  for (BlockedWaits* waits : state.all) {
    const uint64_t next = waits->Look(now);
    if (next != 0) soonest = soonest == 0 ? next : std::min(soonest, next);
  }
  return soonest;
}

void Run(void* data) {
  State& state = *static_cast<State*>(data);
  const Locked locked(state);
  while (!state.ended) {
    // First: a wait that begins while it looks wakes it again.
    state.asleep.store(true);
    const uint64_t next = LookAtAll(state);
    if (next == 0) {
      while (state.asleep.load() && !state.ended) uv_cond_wait(&state.woken, &state.lock);
    } else {
      state.asleep.store(false);
      // Who is woken too early looks too often, that is all.
      uv_cond_timedwait(&state.woken, &state.lock, next * kMillisecond);
    }
  }
}

// Nobody is left to be told by a warning.
void Tell(const Loss& lost) {
  if (lost.count == 0) return;
  std::fprintf(stderr,
               "MessageQueueWarning: [MQ_UNDELIVERED] %zu message(s) that had been taken at the end of the "
               "process could not be put back (%s)\n",
               lost.count, uv_strerror(lost.error));
}

void AtExit() {
  State& state = TheState();
  const Locked locked(state);
  state.ended = true;
  uv_cond_signal(&state.woken);
  Loss lost;
  for (BlockedWaits* waits : state.all) lost.Add(waits->End());
  Tell(lost);
}

int StartThread(State& state, uv_thread_t* thread) {
  uv_thread_options_t options = {};
  options.flags = UV_THREAD_HAS_STACK_SIZE;
  options.stack_size = kStack;
  if (uv_thread_create_ex(thread, &options, Run, &state) == 0) return 0;
  // What libraries keep for each thread may not fit.
  return uv_thread_create(thread, Run, &state);
}

// Without memory for a thread there is none, and the next wait tries again.
void Begin(State& state) {
  // A signal to the process goes to a thread that takes it: none but Node's.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // It fails for an invalid first argument only.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  uv_thread_t thread{};
  state.begun = StartThread(state, &thread) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!state.begun) return;
  pthread_detach(thread);
  // Without it only what an unheard end had taken would be lost.
  static_cast<void>(std::atexit(AtExit));
}

}  // namespace

void Guard::Insert(BlockedWaits* waits) {
  State& state = TheState();
  const Locked locked(state);
  state.all.insert(waits);
}

void Guard::Remove(BlockedWaits* waits) {
  State& state = TheState();
  const Locked locked(state);
  state.all.erase(waits);
}

void Guard::Wake() {
  State& state = TheState();
  if (!state.asleep.load()) return;
  const Locked locked(state);
  if (!state.begun) Begin(state);
  if (!state.begun) return;
  if (state.asleep.exchange(false)) uv_cond_signal(&state.woken);
}

}  // namespace mqueue
