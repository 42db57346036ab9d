#pragma once

namespace mqueue::lease {

// Between two of these a process may be killed. Only a build for tests, by -Dfaults=1, does it: at the step that
// MQUEUE_FAULT names.
#ifdef MQUEUE_FAULTS
void Step(const char* name);
#else
inline void Step(const char*) {}
#endif

}  // namespace mqueue::lease
