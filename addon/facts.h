#pragma once

#include <napi.h>

namespace mqueue {

// What JavaScript has to agree upon with this addon, as an object: numbers that are written nowhere else. Null: an
// exception is pending.
[[nodiscard]] napi_value Facts(napi_env env);

}  // namespace mqueue
