// The functions of Queue that are called for every message.

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "queue.h"
#include "queue_arguments.h"

namespace mqueue {

namespace {

template <typename... Numbers, size_t... Index>
long Apply(Queue* queue, long (Queue::*method)(Numbers...), const uint32_t* numbers,
           std::index_sequence<Index...>) {
  return (queue->*method)(numbers[Index]...);
}

template <typename... Numbers>
constexpr size_t CountOf(long (Queue::*)(Numbers...)) {
  return sizeof...(Numbers);
}

}  // namespace

template <auto Method>
napi_value Queue::CallByHandle(napi_env env, napi_callback_info info) {
  constexpr size_t kNumbers = CountOf(Method);
  size_t count = 1 + kNumbers;
  napi_value given[1 + kNumbers];
  if (napi_get_cb_info(env, info, &count, given, nullptr, nullptr) != napi_ok) return nullptr;
  uint32_t handle = 0;
  if (!ReadUint32(env, given[0], &handle)) return Number(env, -EBADF);
  auto* queue = static_cast<Queue*>(Environment::Of(env)->Find(handle));
  if (queue == nullptr) return Number(env, -EBADF);
  std::array<uint32_t, kNumbers> numbers{};
  for (size_t index = 0; index < kNumbers; ++index) numbers[index] = Uint32Or0(env, given[1 + index]);
  return Number(env, Apply(queue, Method, numbers.data(), std::make_index_sequence<kNumbers>()));
}

bool Queue::DefineCalls(napi_env env, napi_value exports) {
  const std::pair<const char*, napi_callback> calls[] = {
      {"tryReceive", CallByHandle<&Queue::TryReceive>},
      {"trySend", CallByHandle<&Queue::TrySend>},
      {"beginReceive", CallByHandle<&Queue::BeginReceive>},
      {"beginSend", CallByHandle<&Queue::BeginSend>},
      {"names", CallByHandle<&Queue::Names>},
  };
  for (const auto& [name, callback] : calls) {
    napi_value function = nullptr;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function) != napi_ok ||
        napi_set_named_property(env, exports, name, function) != napi_ok) {
      return false;
    }
  }
  return true;
}

}  // namespace mqueue
