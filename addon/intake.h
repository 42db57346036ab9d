#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "endpoint.h"
#include "lease.h"

namespace mqueue {

// Where a batch receives from, and where its messages are kept beside: null for nowhere.
struct Intake {
  int fd = -1;
  size_t message_size = 0;
  std::shared_ptr<Lease> lease;

  Intake(const Endpoint& queue, std::shared_ptr<Lease> kept)
      : fd(queue.fd), message_size(queue.message_size), lease(std::move(kept)) {}
};

}  // namespace mqueue
