#include "platform.h"

#include <napi.h>

#include <memory>
#include <string>

#include "environment.h"
#include "facts.h"
#include "leases.h"
#include "pool_budget.h"
#include "queue.h"
#include "queue_arguments.h"
#include "syscalls.h"

namespace mqueue {

namespace {

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  if (Environment::Create(env) == nullptr) return exports;

  // The exported function keeps the class: nothing of it is shared between environments.
  auto constructor = std::make_shared<Napi::FunctionReference>(Napi::Persistent(Queue::Define(env)));
  exports["open"] = Napi::Function::New(env, [constructor](const Napi::CallbackInfo& info) {
    return Queue::Open(info, constructor->Value());
  });
  exports["Queue"] = constructor->Value();
  if (!Queue::DefineCalls(env, exports) || !DefineLeaseCalls(env, exports)) return exports;
  const napi_value facts = Facts(env);
  if (facts == nullptr) return exports;
  exports["facts"] = facts;
  exports["unlink"] = Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
    std::string name;
    if (!ReadName(info[0], &name)) return Number(info.Env(), -EINVAL);
    return Number(info.Env(), sys::Unlink(name));
  });
  // Their ArrayBuffers, see mailbox.h. They are other ones after a queue of larger messages was opened.
  exports["inbox"] = Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
    return Environment::Of(info.Env())->inbox().buffer();
  });
  exports["outbox"] = Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
    return Environment::Of(info.Env())->outbox().buffer();
  });
  // Cancels all waits of this environment, and lets no more begin. [how many messages were lost, a
  // negative errno: why].
  exports["stop"] = Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
    const Loss lost = Environment::Of(info.Env())->Stop();
    Napi::Array result = Napi::Array::New(info.Env(), 2);
    result[0U] = Napi::Number::New(info.Env(), static_cast<double>(lost.count));
    result[1U] = Napi::Number::New(info.Env(), lost.error);
    return result;
  });
  // Cancels all waits of this environment, and lets none begin until resume().
  exports["pause"] = Napi::Function::New(
      env, [](const Napi::CallbackInfo& info) { Environment::Of(info.Env())->Pause(); });
  exports["resume"] = Napi::Function::New(
      env, [](const Napi::CallbackInfo& info) { Environment::Of(info.Env())->Resume(); });
  // Milliseconds since the loop took the time, which it does in each of its turns.
  exports["loopBusy"] = Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
    constexpr uint64_t kNanoseconds = 1'000'000;
    uv_loop_t* loop = Environment::Of(info.Env())->loop();
    const auto now = static_cast<double>(uv_hrtime() / kNanoseconds);
    return Napi::Number::New(info.Env(), now - static_cast<double>(uv_now(loop)));
  });
  // notifyWhenThreadFree(listener): once.
  exports["notifyWhenThreadFree"] = Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
    if (info[0].IsFunction()) {
      Environment::Of(info.Env())->NotifyWhenThreadFree(info[0].As<Napi::Function>());
    }
  });
  exports["poolBudget"] = Napi::Number::New(env, PoolBudget::Capacity());
  return exports;
}

}  // namespace

}  // namespace mqueue

static Napi::Object InitializeModule(Napi::Env env, Napi::Object exports) {
  return mqueue::Initialize(env, exports);
}

NODE_API_MODULE(posix_mqueue, InitializeModule)
