#pragma once

#include <napi.h>

namespace mqueue {

// After a call into JavaScript from the event loop: what it threw is an uncaught exception. In plain
// Node-API, because an environment that is being terminated has an exception too, which is no object,
// and of which Napi::Error makes an end of the whole process.
inline void ReportUncaught(napi_env env) {
  napi_value exception = nullptr;
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) != napi_ok || !pending) return;
  if (napi_get_and_clear_last_exception(env, &exception) != napi_ok) return;
  // It fails in an environment that is being terminated, where nobody is left to be told.
  napi_fatal_exception(env, exception);
}

// Drops the exception of a call whose failure is told otherwise.
inline void DropException(napi_env env) {
  napi_value exception = nullptr;
  napi_get_and_clear_last_exception(env, &exception);
}

}  // namespace mqueue
