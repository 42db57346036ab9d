#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mqueue {

// What lies in a lease file, for who only looks: nothing is locked, and nothing changed.
struct LeaseView {
  struct Message {
    std::vector<char> body;
    unsigned priority;
    uint32_t attempts;
  };
  // Of the queue, with its slash.
  std::string name;
  // Those that somebody has in hand, or had when it died.
  std::vector<Message> held;
};

// Of which process a file is wanted: a number comes again, a number and a time do not.
struct LeaseMaker {
  uint32_t process;
  // Milliseconds since 1970.
  uint64_t since;
};

// 0 or a negative errno: -ESRCH for the file of another process, -EPROTO for one that is not to be understood.
[[nodiscard]] int ViewLease(const std::string& path, const LeaseMaker& maker, LeaseView* view);

// Whose a lease file is, and how many messages lie in it.
struct LeaseSurvey {
  // Whether the process lives that has it.
  bool locked;
  uint32_t process;
  uint64_t ipc_namespace;
  // Of the queue, with its slash.
  std::string name;
  uint32_t held;
  uint32_t given_up;
};

// Of whatever process. 0 or a negative errno: -EPROTO for one that is not to be understood; of one that was never finished
// -EAGAIN while its maker lives, and -ENODATA then.
[[nodiscard]] int SurveyLease(const std::string& path, LeaseSurvey* survey);

}  // namespace mqueue
