#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "direction.h"
#include "mailbox.h"
#include "message_batch.h"

namespace mqueue {

// What a queue sends comes out of the outbox: a wait keeps a copy.
class Sending final : public Direction {
 public:
  Sending(std::shared_ptr<Environment> environment, Host* host, Poller& poller);

  // How many messages of the outbox, from the front, were sent; or a negative errno.
  [[nodiscard]] long TryNow(uint32_t count);
  // How many messages the latest wait has sent.
  size_t sent() const { return sent_; }
  // Ends the wait, after the pool thread has let go. How many messages were sent by it, or by the wait
  // whose end JavaScript was being told when its process ended; nobody is told.
  [[nodiscard]] size_t Settle();

 private:
  int Prepare(uint32_t amount) override;
  void Release() override;
  int Try(int status) override;
  long Outcome(int error) override;
  std::unique_ptr<BlockingJob> MakeJob(PoolBudget::Token token) override;
  void JobTakenBack(BlockingJob& job) override;
  void JobBack(BlockingJob& job) override;

  Mailbox& outbox_;
  MessageBatch pending_;
  size_t sent_ = 0;
};

}  // namespace mqueue
