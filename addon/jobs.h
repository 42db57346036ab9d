#pragma once

#include <cstddef>
#include <memory>

#include "blocking_job.h"
#include "endpoint.h"
#include "intake.h"

namespace mqueue {

// Waits for one message, then takes what is there without waiting, `max` in all, into the batch.
class ReceiveJob : public BlockingJob {
 public:
  ReceiveJob(Listener* listener, std::shared_ptr<Environment> environment, PoolBudget::Token token,
             const Endpoint& queue, std::shared_ptr<Lease> lease, size_t max);

  Loss PutBack(Patience& patience) override;

 protected:
  void Run() override;

 private:
  Endpoint queue_;
  Intake intake_;
  size_t max_;
};

// Sends all messages of the batch, waiting for room as often as it takes.
class SendJob : public BlockingJob {
 public:
  SendJob(Listener* listener, std::shared_ptr<Environment> environment, PoolBudget::Token token,
          MessageBatch batch, const Endpoint& queue);

 protected:
  void Run() override;

 private:
  Endpoint queue_;
};

}  // namespace mqueue
