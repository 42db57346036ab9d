#include "queues.h"

// Usage: host [requests [responses [tasks]]]
int main(int argc, char** argv) {
  peer::StopOnSignals();
  const char* requests = peer::Argument(argc, argv, 1, "/mq_queue_host");
  const char* responses = peer::Argument(argc, argv, 2, "/mq_queue_worker");
  const int tasks = std::atoi(peer::Argument(argc, argv, 3, "1"));
  const mqd_t out = peer::Open(requests, O_WRONLY);
  const mqd_t in = peer::Open(responses, O_RDONLY);
  for (int task = 1; task <= tasks; ++task) {
    peer::Send(out, "task-" + std::to_string(task));
    peer::Receive(in);
  }
  if (mq_unlink(requests) != 0 || mq_unlink(responses) != 0) peer::Fail("mq_unlink");
  return 0;
}
