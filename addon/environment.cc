#include "environment.h"

#include <utility>
#include <vector>

#include "patience.h"
#include "pool_budget.h"
#include "uncaught.h"

namespace mqueue {

std::shared_ptr<Environment> Environment::Create(Napi::Env env) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) {
    Napi::Error::New(env, "this runtime gives addons no libuv event loop")
        .ThrowAsJavaScriptException();
    return nullptr;
  }
  std::shared_ptr<Environment> environment(new Environment(env, loop));
  const int status = environment->Initialize();
  if (status != 0) {
    Napi::Error::New(env, std::string("cannot set up the event loop: ") + uv_strerror(status))
        .ThrowAsJavaScriptException();
    return nullptr;
  }
  env.SetInstanceData(new InstanceData{environment});
  return environment;
}

const std::shared_ptr<Environment>& Environment::Of(Napi::Env env) {
  return env.GetInstanceData<InstanceData>()->environment;
}

Environment::~Environment() = default;

int Environment::Initialize() {
  const int status = freed_.Open(shared_from_this(), this, [](uv_loop_t* loop, uv_async_t* async) {
    return uv_async_init(loop, async, [](uv_async_t* fired) {
      if (fired->data != nullptr) static_cast<Environment*>(fired->data)->ThreadFreed();
    });
  });
  if (status != 0) return status;
  freed_.SetReferenced(false);
  const int watched = waits_.Open(shared_from_this());
  if (watched != 0) {
    freed_.Close();
    return watched;
  }
  if (!inbox_.Reserve(env_, 0) || !outbox_.Reserve(env_, 0)) {
    freed_.Close();
    waits_.Close();
    return UV_ENOMEM;
  }
  if (napi_add_async_cleanup_hook(env_, CleanupHook, this, &cleanup_) != napi_ok) {
    freed_.Close();
    waits_.Close();
    return UV_ENOMEM;
  }
  self_ = shared_from_this();
  return 0;
}

void Environment::Remove(BlockedWait* wait) {
  waits_.Remove(wait);
  FinishCleanup();
}

uint32_t Environment::Add(Member* member) {
  if (free_handles_.empty()) {
    members_.push_back(member);
    return static_cast<uint32_t>(members_.size() - 1);
  }
  const uint32_t handle = free_handles_.back();
  free_handles_.pop_back();
  members_[handle] = member;
  return handle;
}

void Environment::Remove(uint32_t handle) {
  members_[handle] = nullptr;
  free_handles_.push_back(handle);
}

void Environment::Pause() {
  stopped_ = true;
  StopListening();
  waits_.Cancel();
  waits_.AwaitBack();
}

void Environment::Resume() {
  if (closing_) return;
  stopped_ = false;
  if (!on_freed_.empty()) AwaitFreeThread();
}

Loss Environment::Stop() {
  Pause();
  if (waits_.empty() && inbox_.untaken() == nullptr) return {};
  Patience patience;
  // An async hook may have ended the process on the way to who was to take them.
  Loss lost = PutBackUntaken(patience);
  lost.Add(waits_.PutBack(patience));
  return lost;
}

// A thread that is terminated goes on to the end of its turn: deliveries come, and nobody takes them.
void Environment::PutBackUntaken() {
  if (inbox_.untaken() == nullptr) return;
  Patience patience;
  // Nobody is left to be told what did not go.
  static_cast<void>(PutBackUntaken(patience));
}

Loss Environment::PutBackUntaken(Patience& patience) {
  Mailbox::Source* source = inbox_.untaken();
  if (source == nullptr) return {};
  const Loss lost = source->PutBack(inbox_.batch(), patience);
  inbox_.Drop();
  return lost;
}

void Environment::NotifyWhenThreadFree(Napi::Function listener) {
  if (closing_) return;
  on_freed_.push_back(Napi::Persistent(listener));
  if (!stopped_) AwaitFreeThread();
}

void Environment::AwaitFreeThread() { PoolBudget::Subscribe(freed_.get()); }

void Environment::StopListening() {
  if (freed_.is_open()) PoolBudget::Unsubscribe(freed_.get());
}

void Environment::ThreadFreed() {
  StopListening();
  if (stopped_) return;
  const Napi::HandleScope scope(env_);
  napi_value global = nullptr;
  if (napi_get_global(env_, &global) != napi_ok) return;
  // Each may ask again. Several copies of the JavaScript may use the addon.
  for (const Napi::FunctionReference& listener : std::exchange(on_freed_, {})) {
    const napi_value function = listener.Value();
    if (napi_make_callback(env_, nullptr, global, function, 0, nullptr, nullptr) != napi_ok) {
      ReportUncaught(env_);
    }
  }
}

void Environment::CleanupHook(napi_async_cleanup_hook_handle, void* data) {
  auto* environment = static_cast<Environment*>(data);
  const std::shared_ptr<Environment> alive = environment->self_;
  environment->closing_ = true;
  environment->stopped_ = true;
  environment->StopListening();
  environment->on_freed_.clear();
  environment->PutBackUntaken();
  environment->inbox_.Release();
  environment->outbox_.Release();
  environment->waits_.Cancel();
  environment->leases_.Clear();
  for (Member* member : environment->members_) {
    if (member != nullptr) member->CloseHandles();
  }
  environment->freed_.Close();
  environment->waits_.Close();
  environment->FinishCleanup();
}

void Environment::FinishCleanup() {
  if (!closing_ || cleanup_ == nullptr || !waits_.empty() || open_handles() > 0) return;
  // It fails for a null handle only.
  napi_remove_async_cleanup_hook(std::exchange(cleanup_, nullptr));
  self_.reset();
}

}  // namespace mqueue
