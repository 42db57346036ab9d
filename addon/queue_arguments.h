#pragma once

#include <napi.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "message_batch.h"
#include "values.h"

// What the methods of Queue have in common in reading arguments and giving results.
namespace mqueue {

inline Napi::Value Number(Napi::Env env, long number) {
  return Napi::Number::New(env, static_cast<double>(number));
}

inline size_t Maximum(const Napi::CallbackInfo& info) {
  uint32_t max = 1;
  if (!ReadUint32(info.Env(), info[0], &max)) max = 1;
  return std::max<size_t>(max, 1);
}

// The message list and the index to begin at, of trySendMany and its like.
inline bool ReadList(const Napi::CallbackInfo& info, MessageBatch* batch) {
  uint32_t first = 0;
  return ReadUint32(info.Env(), info[1], &first) &&
         ReadMessages(info.Env(), info[0], first, batch) && !batch->empty();
}

}  // namespace mqueue
