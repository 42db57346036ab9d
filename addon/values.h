#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>

#include "message_batch.h"

// Between JavaScript values and messages. On failure a function returns false (or a null value) and
// leaves no JavaScript exception pending.
namespace mqueue {

struct Bytes {
  const char* data;
  size_t size;
};

// The bytes stay where they are: valid until JavaScript runs again.
bool ReadBytes(napi_env env, napi_value value, Bytes* bytes);
bool ReadUint32(napi_env env, napi_value value, uint32_t* number);

// `list` is an array data, priority, data, priority, ...; `first` counts messages. Adds all from
// there on.
bool ReadMessages(napi_env env, napi_value list, uint32_t first, MessageBatch* batch);

// The same array, with new Buffers.
napi_value MessagesToArray(napi_env env, const MessageBatch& batch);

}  // namespace mqueue
