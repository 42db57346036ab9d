#include "values.h"

namespace mqueue {

namespace {

void ClearException(napi_env env) {
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) != napi_ok || !pending) return;
  napi_value exception = nullptr;
  // What is left to do when even this fails is what the caller does anyway.
  napi_get_and_clear_last_exception(env, &exception);
}

bool Append(napi_env env, napi_value array, uint32_t index, const MessageBatch& batch, size_t which) {
  const MessageBatch::Entry& entry = batch.entry(which);
  napi_value data = nullptr;
  napi_value priority = nullptr;
  return napi_create_buffer_copy(env, entry.size, batch.data(which), nullptr, &data) == napi_ok &&
         napi_create_uint32(env, entry.priority, &priority) == napi_ok &&
         napi_set_element(env, array, index, data) == napi_ok &&
         napi_set_element(env, array, index + 1, priority) == napi_ok;
}

}  // namespace

bool ReadBytes(napi_env env, napi_value value, Bytes* bytes) {
  bool is_buffer = false;
  if (napi_is_buffer(env, value, &is_buffer) != napi_ok || !is_buffer) return false;
  void* data = nullptr;
  if (napi_get_buffer_info(env, value, &data, &bytes->size) != napi_ok) return false;
  // An empty view may have no memory at all; the kernel wants a pointer that it never follows.
  bytes->data = data == nullptr ? "" : static_cast<const char*>(data);
  return true;
}

bool ReadUint32(napi_env env, napi_value value, uint32_t* number) {
  return napi_get_value_uint32(env, value, number) == napi_ok;
}

bool ReadMessages(napi_env env, napi_value list, uint32_t first, MessageBatch* batch) {
  uint32_t length = 0;
  if (napi_get_array_length(env, list, &length) != napi_ok) return false;
  for (uint32_t index = first * 2; index + 1 < length; index += 2) {
    napi_value data = nullptr;
    napi_value priority = nullptr;
    Bytes bytes{};
    uint32_t number = 0;
    if (napi_get_element(env, list, index, &data) != napi_ok ||
        napi_get_element(env, list, index + 1, &priority) != napi_ok ||
        !ReadBytes(env, data, &bytes) || !ReadUint32(env, priority, &number)) {
      ClearException(env);
      return false;
    }
    batch->Add(bytes.data, bytes.size, number);
  }
  return true;
}

napi_value MessagesToArray(napi_env env, const MessageBatch& batch) {
  napi_value array = nullptr;
  if (napi_create_array_with_length(env, batch.count() * 2, &array) != napi_ok) {
    ClearException(env);
    return nullptr;
  }
  for (size_t which = 0; which < batch.count(); ++which) {
    if (!Append(env, array, static_cast<uint32_t>(which * 2), batch, which)) {
      ClearException(env);
      return nullptr;
    }
  }
  return array;
}

}  // namespace mqueue
