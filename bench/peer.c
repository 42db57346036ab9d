// The same work with the C library and blocking calls.
//
//   peer send QUEUE COUNT       peer receive QUEUE COUNT
//   peer echo IN OUT COUNT      peer ping OUT IN COUNT
//
// receive and ping print the seconds from the first message to the last.

#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { kSize = 64, kBuffer = 8192 };

static char buffer[kBuffer];

static void fail(const char* call) {
  perror(call);
  exit(1);
}

static mqd_t open_queue(const char* name, int access) {
  const mqd_t queue = mq_open(name, access);
  if (queue == (mqd_t)-1) fail(name);
  return queue;
}

static void transmit(mqd_t queue) {
  if (mq_send(queue, buffer, kSize, 0) != 0) fail("mq_send");
}

static void take(mqd_t queue) {
  if (mq_receive(queue, buffer, kBuffer, NULL) < 0) fail("mq_receive");
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const char* role = argv[1];
  const long count = atol(argv[argc - 1]);
  if (strcmp(role, "send") == 0) {
    const mqd_t queue = open_queue(argv[2], O_WRONLY);
    for (long i = 0; i < count; ++i) transmit(queue);
  } else if (strcmp(role, "receive") == 0) {
    const mqd_t queue = open_queue(argv[2], O_RDONLY);
    take(queue);
    const double start = now();
    for (long i = 1; i < count; ++i) take(queue);
    printf("%.9f\n", now() - start);
  } else if (strcmp(role, "echo") == 0) {
    const mqd_t in = open_queue(argv[2], O_RDONLY);
    const mqd_t out = open_queue(argv[3], O_WRONLY);
    for (long i = 0; i < count; ++i) {
      take(in);
      transmit(out);
    }
  } else {
    const mqd_t out = open_queue(argv[2], O_WRONLY);
    const mqd_t in = open_queue(argv[3], O_RDONLY);
    transmit(out);
    take(in);
    const double start = now();
    for (long i = 1; i < count; ++i) {
      transmit(out);
      take(in);
    }
    printf("%.9f\n", now() - start);
  }
  return 0;
}
