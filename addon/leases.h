#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "lease.h"

namespace mqueue {

// The leases of one JavaScript environment, by their numbers.
class Leases {
 public:
  // Returns its number, or -ENFILE: there are too many.
  [[nodiscard]] long Add(LeaseFile file);
  // Null for a number that none has.
  std::shared_ptr<Lease> Find(uint32_t number) const;
  // -EBADF where it is of no lease, or without a message.
  int Free(Lease::SlotId id);
  // What is left in it is for who adopts it.
  void Close(uint32_t number);
  // At the end of the environment: each closes with the last who may still put something back.
  void Clear();

 private:
  static constexpr uint32_t kMost = (uint32_t{1} << (32 - Lease::kSlotBits)) - 1;

  void Sweep();

  std::unordered_map<uint32_t, std::shared_ptr<Lease>> leases_;
  uint32_t last_ = 0;
};

// The functions of the addon that are about leases. False: an exception is pending.
[[nodiscard]] bool DefineLeaseCalls(napi_env env, napi_value exports);

}  // namespace mqueue
