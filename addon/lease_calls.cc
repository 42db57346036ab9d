// The functions of the addon that are about leases. Each answers with a negative errno instead of throwing.

#include <napi.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "environment.h"
#include "lease.h"
#include "lease_file.h"
#include "lease_view.h"
#include "leases.h"
#include "queue_arguments.h"

namespace mqueue {

namespace {

Leases& LeasesOf(Napi::Env env) { return Environment::Of(env)->leases(); }

bool ReadOwner(Napi::Env env, napi_value name, napi_value ipc_namespace, LeaseOwner* owner) {
  int64_t number = 0;
  if (napi_get_value_int64(env, ipc_namespace, &number) != napi_ok) return false;
  owner->ipc_namespace = static_cast<uint64_t>(number);
  return ReadName({env, name}, &owner->name);
}

std::shared_ptr<Lease> LeaseOf(Napi::Env env, Lease::SlotId id) {
  return LeasesOf(env).Find(Lease::NumberOf(id));
}

// createLease(path, name, namespace, slots, messageSize): its number.
Napi::Value Create(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::string path;
  LeaseOwner owner;
  uint32_t slots = 0;
  uint32_t message_size = 0;
  if (!ReadName(info[0], &path) || !ReadOwner(env, info[1], info[2], &owner) ||
      !ReadUint32(env, info[3], &slots) || !ReadUint32(env, info[4], &message_size)) {
    return Number(env, -EINVAL);
  }
  LeaseFile file;
  const int error = file.Create(path, owner, {slots, message_size});
  return Number(env, error != 0 ? error : LeasesOf(env).Add(std::move(file)));
}

long AdoptFile(const Napi::CallbackInfo& info) {
  std::string path;
  LeaseOwner owner;
  if (!ReadName(info[0], &path) || !ReadOwner(info.Env(), info[1], info[2], &owner)) return -EINVAL;
  LeaseFile file;
  const int error = file.Adopt(path, owner);
  return error != 0 ? error : LeasesOf(info.Env()).Add(std::move(file));
}

// adoptLease(path, name, namespace): its number. It closes with its last message.
Napi::Value Adopt(const Napi::CallbackInfo& info) {
  const long number = AdoptFile(info);
  if (number > 0) LeasesOf(info.Env()).Find(static_cast<uint32_t>(number))->Retire();
  return Number(info.Env(), number);
}

// adoptGivenUp(path, name, namespace): its number. It stays open, also where nobody is to work on what is in it.
Napi::Value AdoptGivenUp(const Napi::CallbackInfo& info) {
  return Number(info.Env(), AdoptFile(info));
}

Napi::Value ArrayOf(Napi::Env env, const std::vector<Lease::SlotId>& slots) {
  Napi::Array ids = Napi::Array::New(env, slots.size());
  for (uint32_t index = 0; index < slots.size(); ++index) ids[index] = Number(env, slots[index]);
  return ids;
}

// heldSlots(lease): their ids.
Napi::Value Held(const Napi::CallbackInfo& info) {
  const std::shared_ptr<Lease> lease = LeasesOf(info.Env()).Find(Uint32Or0(info.Env(), info[0]));
  return ArrayOf(info.Env(), lease == nullptr ? std::vector<Lease::SlotId>() : lease->Held());
}

// givenUpSlots(lease): their ids.
Napi::Value GivenUp(const Napi::CallbackInfo& info) {
  const std::shared_ptr<Lease> lease = LeasesOf(info.Env()).Find(Uint32Or0(info.Env(), info[0]));
  return ArrayOf(info.Env(), lease == nullptr ? std::vector<Lease::SlotId>() : lease->GivenUp());
}

// readSlot(id): [bytes, priority, attempts].
Napi::Value Read(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Lease::SlotId id = Uint32Or0(env, info[0]);
  const std::shared_ptr<Lease> lease = LeaseOf(env, id);
  Lease::Contents contents;
  if (lease == nullptr || !lease->Read(id, &contents)) return Number(env, -EBADF);
  const auto bytes = Napi::Buffer<char>::Copy(env, contents.body.data(), contents.body.size());
  if (env.IsExceptionPending()) return env.Undefined();
  Napi::Array result = Napi::Array::New(env, 3);
  result[0U] = bytes;
  result[1U] = Number(env, contents.priority);
  result[2U] = Number(env, contents.attempts);
  return result;
}

Napi::Value Begin(const Napi::CallbackInfo& info) {
  const Lease::SlotId id = Uint32Or0(info.Env(), info[0]);
  const std::shared_ptr<Lease> lease = LeaseOf(info.Env(), id);
  return Number(info.Env(), lease == nullptr ? -EBADF : lease->Begin(id));
}

Napi::Value GiveUp(const Napi::CallbackInfo& info) {
  const Lease::SlotId id = Uint32Or0(info.Env(), info[0]);
  const std::shared_ptr<Lease> lease = LeaseOf(info.Env(), id);
  return Number(info.Env(), lease == nullptr ? -EBADF : lease->GiveUp(id));
}

Napi::Value FreeGivenUp(const Napi::CallbackInfo& info) {
  const Lease::SlotId id = Uint32Or0(info.Env(), info[0]);
  const std::shared_ptr<Lease> lease = LeaseOf(info.Env(), id);
  return Number(info.Env(), lease == nullptr ? -EBADF : lease->FreeGivenUp(id));
}

Napi::Value CloseLease(const Napi::CallbackInfo& info) {
  LeasesOf(info.Env()).Close(Uint32Or0(info.Env(), info[0]));
  return info.Env().Undefined();
}

// viewLease(path, process, since): [name as bytes, bytes, priority, attempts, and so on].
Napi::Value View(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::string path;
  LeaseMaker maker = {};
  int64_t since = 0;
  if (!ReadName(info[0], &path) || !ReadUint32(env, info[1], &maker.process) ||
      napi_get_value_int64(env, info[2], &since) != napi_ok) {
    return Number(env, -EINVAL);
  }
  maker.since = static_cast<uint64_t>(since);
  LeaseView view;
  const int error = ViewLease(path, maker, &view);
  if (error != 0) return Number(env, error);
  Napi::Array result = Napi::Array::New(env);
  uint32_t index = 0;
  result[index++] = Napi::Buffer<char>::Copy(env, view.name.data(), view.name.size());
  for (const auto& [body, priority, attempts] : view.held) {
    result[index++] = Napi::Buffer<char>::Copy(env, body.data(), body.size());
    result[index++] = Number(env, priority);
    result[index++] = Number(env, attempts);
  }
  return env.IsExceptionPending() ? env.Undefined() : result;
}

// surveyLease(path): [locked, process, namespace, name as bytes, held, given up].
Napi::Value Survey(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::string path;
  if (!ReadName(info[0], &path)) return Number(env, -EINVAL);
  LeaseSurvey survey = {};
  const int error = SurveyLease(path, &survey);
  if (error != 0) return Number(env, error);
  Napi::Array result = Napi::Array::New(env, 6);
  result[0U] = Napi::Boolean::New(env, survey.locked);
  result[1U] = Number(env, survey.process);
  result[2U] = Napi::Number::New(env, static_cast<double>(survey.ipc_namespace));
  result[3U] = Napi::Buffer<char>::Copy(env, survey.name.data(), survey.name.size());
  result[4U] = Number(env, survey.held);
  result[5U] = Number(env, survey.given_up);
  return env.IsExceptionPending() ? env.Undefined() : result;
}

// For every message: without the C++ wrapper around it.
napi_value Free(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given = nullptr;
  if (napi_get_cb_info(env, info, &count, &given, nullptr, nullptr) != napi_ok) return nullptr;
  return Number(env, LeasesOf(env).Free(Uint32Or0(env, given)));
}

bool Define(napi_env env, napi_value exports, const char* name, napi_value function) {
  return function != nullptr && napi_set_named_property(env, exports, name, function) == napi_ok;
}

}  // namespace

bool DefineLeaseCalls(napi_env env, napi_value exports) {
  using Call = Napi::Value (*)(const Napi::CallbackInfo&);
  const std::pair<const char*, Call> calls[] = {
      {"createLease", Create},
      {"adoptLease", Adopt},
      {"adoptGivenUp", AdoptGivenUp},
      {"heldSlots", Held},
      {"givenUpSlots", GivenUp},
      {"readSlot", Read},
      {"beginSlot", Begin},
      {"giveUpSlot", GiveUp},
      {"freeGivenUpSlot", FreeGivenUp},
      {"closeLease", CloseLease},
      {"viewLease", View},
      {"surveyLease", Survey},
  };
  for (const auto& [name, call] : calls) {
    if (!Define(env, exports, name, Napi::Function::New(env, call))) return false;
  }
  napi_value free = nullptr;
  if (napi_create_function(env, "freeSlot", NAPI_AUTO_LENGTH, Free, nullptr, &free) != napi_ok) {
    return false;
  }
  return Define(env, exports, "freeSlot", free);
}

}  // namespace mqueue
