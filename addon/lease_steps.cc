#include "lease_steps.h"

#ifdef MQUEUE_FAULTS

#include <signal.h>

#include <cstdlib>
#include <cstring>

namespace mqueue::lease {

void Step(const char* name) {
  const char* fault = std::getenv("MQUEUE_FAULT");
  if (fault != nullptr && std::strcmp(fault, name) == 0) raise(SIGKILL);
}

}  // namespace mqueue::lease

#endif
