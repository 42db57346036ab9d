#pragma once

#include <cstddef>

#include "endpoint.h"
#include "loss.h"
#include "message_batch.h"

namespace mqueue {

class Patience;

// Puts messages from `first` on back into the kernel's queue, with their priorities, without waiting
// or waiting as long as there is patience. Returns those that did not go.
[[nodiscard]] Loss PutBack(const Endpoint& queue, const MessageBatch& batch, size_t first,
                           Patience* patience = nullptr);

}  // namespace mqueue
