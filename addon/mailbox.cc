#include "mailbox.h"

#include <algorithm>
#include <cstring>

#include "uncaught.h"

namespace mqueue {

bool Mailbox::Reserve(Napi::Env env, size_t message_size) {
  const size_t wanted = MessageBatch::Aligned(std::max(message_size, MessageBatch::kMostBytes));
  if (wanted <= capacity_) return true;
  void* memory = nullptr;
  napi_value buffer = nullptr;
  if (napi_create_arraybuffer(env, kHeaderBytes + wanted, &memory, &buffer) != napi_ok) {
    DropException(env);
    return false;
  }
  // JavaScript may have filled it for the call that made it grow.
  if (headers_ != nullptr) {
    std::memcpy(memory, headers_, kHeaderBytes + capacity_);
    headers_[kOutgrown] = 1;
  }
  buffer_ = Napi::Reference<Napi::ArrayBuffer>::New(Napi::ArrayBuffer(env, buffer), 1);
  headers_ = static_cast<uint32_t*>(memory);
  capacity_ = wanted;
  batch_ = MessageBatch(static_cast<char*>(memory) + kHeaderBytes, wanted);
  return true;
}

void Mailbox::Release() { buffer_.Reset(); }

void Mailbox::Forget(const Source* source) {
  if (source_ == source) source_ = nullptr;
}

void Mailbox::Drop() {
  headers_[kTaken] = 1;
  batch_.Clear();
}

long Mailbox::Publish(Source* source) {
  source_ = source;
  headers_[kTaken] = 0;
  const size_t count = std::min(batch_.count(), kMostMessages);
  for (size_t index = 0; index < count; ++index) {
    headers_[index * 2] = static_cast<uint32_t>(batch_.entry(index).size);
    headers_[index * 2 + 1] = batch_.entry(index).priority;
    headers_[kSlots + index] = batch_.entry(index).slot;
  }
  return static_cast<long>(count);
}

bool Mailbox::Collect(size_t count) {
  batch_.Clear();
  if (count == 0 || count > kMostMessages) return false;
  for (size_t index = 0; index < count; ++index) {
    if (!batch_.Adopt(headers_[index * 2], headers_[index * 2 + 1])) return false;
  }
  return true;
}

}  // namespace mqueue
