#pragma once

#include <napi.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

// What the methods of Queue have in common in reading arguments and giving results.
namespace mqueue {

inline Napi::Value Number(Napi::Env env, long number) {
  napi_value value = nullptr;
  // It fails for a null pointer only.
  napi_create_int64(env, number, &value);
  return {env, value};
}

[[nodiscard]] inline bool ReadUint32(napi_env env, napi_value value, uint32_t* number) {
  return napi_get_value_uint32(env, value, number) == napi_ok;
}

// 0 for what is no number.
inline uint32_t Uint32Or0(napi_env env, napi_value value) {
  uint32_t number = 0;
  return ReadUint32(env, value, &number) ? number : 0;
}

// The name of a queue: a string, or the bytes of one that is no UTF-8.
[[nodiscard]] inline bool ReadName(const Napi::Value& value, std::string* name) {
  if (value.IsString()) {
    *name = value.As<Napi::String>().Utf8Value();
    return true;
  }
  if (!value.IsBuffer()) return false;
  const auto bytes = value.As<Napi::Buffer<char>>();
  name->assign(bytes.Data(), bytes.Length());
  return true;
}

}  // namespace mqueue
