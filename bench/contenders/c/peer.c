// One side of a benchmark with the C library.
//
//   peer ROLE MODE THERE BACK SIZE WARMUP COUNT
//
// ROLE: send and receive (one way, over THERE), ping and echo (round trips).
// MODE: block (blocking calls), work (the same, and a microsecond of work on each message that was
// received), drain (poll, then all that goes without waiting), spin (try again and again).
// receive and ping print the seconds that COUNT messages took after WARMUP ones.
//
// ROLE consume: takes messages from THERE until SIGTERM, then prints how many, and its processor time. With
// BACK other than - it answers each. SIGUSR2 begins the count anew. It prints a line when it is ready, and
// when a new count has begun.

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { kBuffer = 8192 };
enum Mode { kBlock, kWork, kDrain, kSpin };

static const double kWorkSeconds = 1e-6;

static char buffer[kBuffer];
static enum Mode mode;
static size_t size;

static void fail(const char* call) {
  perror(call);
  exit(1);
}

static mqd_t open_queue(const char* name, int access) {
  const mqd_t queue = mq_open(name, access | (mode <= kWork ? 0 : O_NONBLOCK));
  if (queue == (mqd_t)-1) fail(name);
  return queue;
}

static void wait_for(mqd_t queue, short events) {
  if (errno != EAGAIN) fail("mq_send or mq_receive");
  if (mode != kDrain) return;
  struct pollfd watched = {.fd = queue, .events = events, .revents = 0};
  if (poll(&watched, 1, -1) < 0) fail("poll");
}

static void transmit(mqd_t queue) {
  while (mq_send(queue, buffer, size, 0) != 0) wait_for(queue, POLLOUT);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void take(mqd_t queue) {
  while (mq_receive(queue, buffer, kBuffer, NULL) < 0) wait_for(queue, POLLIN);
  if (mode != kWork) return;
  const double end = now() + kWorkSeconds;
  while (now() < end) {
  }
}

static atomic_long taken;

static double cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

// On a thread of its own: the other one is blocked in a receive nearly always.
static void* report(void* signals) {
  double busy = cpu();
  puts("ready");
  for (;;) {
    fflush(stdout);
    int signal = 0;
    sigwait(signals, &signal);
    if (signal == SIGTERM) break;
    taken = 0;
    busy = cpu();
    puts("ready");
  }
  printf("{\"count\":%ld,\"cpu\":%.0f}\n", (long)taken, cpu() - busy);
  fflush(stdout);
  _exit(0);
}

static void consume(mqd_t there, mqd_t back) {
  static sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGUSR2);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  pthread_t reporter;
  if (pthread_create(&reporter, NULL, report, &signals) != 0) fail("pthread_create");
  for (;;) {
    take(there);
    if (back != (mqd_t)-1) transmit(back);
    ++taken;
  }
}

static enum Mode mode_of(const char* word) {
  if (strcmp(word, "block") == 0) return kBlock;
  if (strcmp(word, "work") == 0) return kWork;
  return strcmp(word, "drain") == 0 ? kDrain : kSpin;
}

int main(int argc, char** argv) {
  if (argc != 8) return 2;
  const char* role = argv[1];
  mode = mode_of(argv[2]);
  size = (size_t)atol(argv[5]);
  const long warmup = atol(argv[6]);
  const long all = warmup + atol(argv[7]);
  double start = 0;
  if (strcmp(role, "send") == 0) {
    const mqd_t there = open_queue(argv[3], O_WRONLY);
    for (long i = 0; i < all; ++i) transmit(there);
    return 0;
  }
  if (strcmp(role, "echo") == 0) {
    const mqd_t there = open_queue(argv[3], O_RDONLY);
    const mqd_t back = open_queue(argv[4], O_WRONLY);
    for (long i = 0; i < all; ++i) {
      take(there);
      transmit(back);
    }
    return 0;
  }
  if (strcmp(role, "consume") == 0) {
    const int answers = strcmp(argv[4], "-") != 0;
    consume(open_queue(argv[3], O_RDONLY), answers ? open_queue(argv[4], O_WRONLY) : (mqd_t)-1);
  }
  const int pings = strcmp(role, "ping") == 0;
  const mqd_t there = open_queue(argv[3], pings ? O_WRONLY : O_RDONLY);
  const mqd_t back = pings ? open_queue(argv[4], O_RDONLY) : there;
  for (long i = 0; i < all; ++i) {
    if (i == warmup) start = now();
    if (pings) transmit(there);
    take(back);
  }
  printf("{\"seconds\":%.9f}\n", now() - start);
  return 0;
}
