#include "queues.h"

// Usage: worker [requests [responses]]
int main(int argc, char** argv) {
  peer::StopOnSignals();
  const mqd_t in = peer::Open(peer::Argument(argc, argv, 1, "/mq_queue_host"), O_RDONLY);
  const mqd_t out = peer::Open(peer::Argument(argc, argv, 2, "/mq_queue_worker"), O_WRONLY);
  while (!peer::stopping) peer::Send(out, peer::Receive(in) + " processed");
  return 0;
}
