#pragma once

#include <fcntl.h>
#include <mqueue.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

// What the C++ host and worker share: the protocol's settings, and blocking calls.
namespace peer {

constexpr long kMessages = 1;
constexpr long kSize = 512;

inline volatile std::sig_atomic_t stopping = 0;

inline void StopOnSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { stopping = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

[[noreturn]] inline void Fail(const char* call) {
  std::perror(call);
  std::exit(1);
}

inline mqd_t Open(const char* name, int access) {
  struct mq_attr attributes = {};
  attributes.mq_maxmsg = kMessages;
  attributes.mq_msgsize = kSize;
  const mqd_t queue = mq_open(name, access | O_CREAT, 0600, &attributes);
  if (queue == static_cast<mqd_t>(-1)) Fail("mq_open");
  return queue;
}

inline void Send(mqd_t queue, const std::string& text) {
  std::printf("Sending message '%s'\n", text.c_str());
  std::fflush(stdout);
  if (mq_send(queue, text.data(), text.size(), 0) != 0) {
    if (errno == EINTR && stopping) std::exit(0);
    Fail("mq_send");
  }
}

inline std::string Receive(mqd_t queue) {
  char buffer[kSize];
  const ssize_t size = mq_receive(queue, buffer, sizeof buffer, nullptr);
  if (size < 0) {
    if (errno == EINTR && stopping) std::exit(0);
    Fail("mq_receive");
  }
  const std::string text(buffer, static_cast<size_t>(size));
  std::printf("Received message '%s'\n", text.c_str());
  std::fflush(stdout);
  return text;
}

inline const char* Argument(int argc, char** argv, int index, const char* standard) {
  return argc > index ? argv[index] : standard;
}

}  // namespace peer
