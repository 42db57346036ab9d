#pragma once

#include <cstddef>

#include "endpoint.h"
#include "loss.h"
#include "message_batch.h"

namespace mqueue {

class Patience;

// Puts messages from `first` on back into the kernel's queue, with their priorities, without waiting
// or waiting as long as there is patience. Returns those that did not go: a lease still keeps them, where there is one.
[[nodiscard]] Loss PutBack(const Endpoint& queue, const MessageBatch& batch, size_t first,
                           Patience* patience = nullptr);

// What is lost of what could not be put back: nothing that a lease keeps.
inline Loss LossOf(const MessageBatch& batch, const Loss& not_put_back) {
  return batch.leased() ? Loss{} : not_put_back;
}

}  // namespace mqueue
