#include "facts.h"

#include <initializer_list>
#include <utility>

#include "lease_layout.h"
#include "mailbox.h"
#include "message_batch.h"
#include "patience.h"
#include "receiving.h"
#include "way.h"

namespace mqueue {

namespace {

using Named = std::pair<const char*, size_t>;

bool Set(napi_env env, napi_value object, const char* name, napi_value value) {
  return value != nullptr && napi_set_named_property(env, object, name, value) == napi_ok;
}

napi_value Number(napi_env env, size_t number) {
  napi_value value = nullptr;
  if (napi_create_int64(env, static_cast<int64_t>(number), &value) != napi_ok) return nullptr;
  return value;
}

napi_value Object(napi_env env, std::initializer_list<Named> numbers) {
  napi_value object = nullptr;
  if (napi_create_object(env, &object) != napi_ok) return nullptr;
  for (const auto& [name, number] : numbers) {
    if (!Set(env, object, name, Number(env, number))) return nullptr;
  }
  return object;
}

size_t NumberOf(WayNumber way) { return static_cast<size_t>(way); }

}  // namespace

napi_value Facts(napi_env env) {
  napi_value facts = Object(env, {
                                     {"patience", Patience::kOfAnEnd},
                                     {"longestTry", Receiving::kLongestTry},
                                     {"mostSlots", lease::kMostSlots},
                                 });
  const napi_value mailbox = Object(env, {
                                             {"mostMessages", Mailbox::kMostMessages},
                                             {"taken", Mailbox::kTaken},
                                             {"outgrown", Mailbox::kOutgrown},
                                             {"slots", Mailbox::kSlots},
                                             {"headerBytes", Mailbox::kHeaderBytes},
                                             {"alignment", MessageBatch::kAlignment},
                                         });
  const napi_value ways = Object(env, {
                                          {"worker", NumberOf(WayNumber::kThread)},
                                          {"loop", NumberOf(WayNumber::kLoop)},
                                          {"spin", NumberOf(WayNumber::kSpin)},
                                      });
  if (facts == nullptr || !Set(env, facts, "mailbox", mailbox) || !Set(env, facts, "ways", ways)) {
    return nullptr;
  }
  return facts;
}

}  // namespace mqueue
