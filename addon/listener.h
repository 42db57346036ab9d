#pragma once

namespace mqueue {

// Who waits for a queue, on the event loop.
class Listener {
 public:
  // A try may succeed now. `status`: 0, or the negative errno that ends the wait.
  virtual void Ready(int status) = 0;

 protected:
  ~Listener() = default;
};

}  // namespace mqueue
