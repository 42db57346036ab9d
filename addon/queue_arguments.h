#pragma once

#include <napi.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "mailbox.h"

// What the methods of Queue have in common in reading arguments and giving results.
namespace mqueue {

inline Napi::Value Number(Napi::Env env, long number) {
  napi_value value = nullptr;
  // It fails for a null pointer only.
  napi_create_int64(env, number, &value);
  return {env, value};
}

inline bool ReadUint32(napi_env env, napi_value value, uint32_t* number) {
  return napi_get_value_uint32(env, value, number) == napi_ok;
}

inline size_t Maximum(uint32_t given) {
  return std::clamp<size_t>(given, 1, Mailbox::kMostMessages);
}

inline size_t Maximum(const Napi::CallbackInfo& info) {
  uint32_t max = 1;
  if (!ReadUint32(info.Env(), info[0], &max)) max = 1;
  return Maximum(max);
}

// The name of a queue: a string, or the bytes of one that is no UTF-8.
inline bool ReadName(const Napi::Value& value, std::string* name) {
  if (value.IsString()) {
    *name = value.As<Napi::String>().Utf8Value();
    return true;
  }
  if (!value.IsBuffer()) return false;
  const auto bytes = value.As<Napi::Buffer<char>>();
  name->assign(bytes.Data(), bytes.Length());
  return true;
}

// How many messages JavaScript put into the outbox.
inline bool CollectOutbox(const Napi::CallbackInfo& info, Mailbox* outbox) {
  uint32_t count = 0;
  return ReadUint32(info.Env(), info[0], &count) && outbox->Collect(count);
}

}  // namespace mqueue
