#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "direction.h"
#include "lease.h"
#include "mailbox.h"

namespace mqueue {

// What a queue receives goes into the inbox, where JavaScript finds it: at once, or from the batch that a pool
// thread has filled.
class Receiving final : public Direction, public Mailbox::Source {
 public:
  // Whatever JavaScript asks for, the loop waits no longer for a try.
  static constexpr uint32_t kLongestTry = 1000;

  Receiving(std::shared_ptr<Environment> environment, Host* host, Poller& poller,
            const PoolBudget::Token* reserved);
  ~Receiving();

  // How many messages are in the inbox, or a negative errno. Tries for so many microseconds, but once only where
  // the loop has not had its turn lately.
  [[nodiscard]] long TryNow(uint32_t max, uint32_t microseconds);
  // After Cancel said false: waits for the pool thread to let go, answers with what it had taken, and nobody
  // is told.
  [[nodiscard]] long Settle();

  // From now on it keeps what is received; null: nothing does. Not while a wait is under way.
  void Keep(std::shared_ptr<Lease> lease);

  // At the end: what is in the inbox.
  Loss PutBack(const MessageBatch& batch, Patience& patience) override;

 private:
  int Prepare(uint32_t amount) override;
  int Try(int status) override;
  long Outcome(int error) override;
  std::unique_ptr<BlockingJob> MakeJob(PoolBudget::Token token) override;
  void JobTakenBack(BlockingJob&) override {}
  void JobBack(BlockingJob& job) override;
  [[nodiscard]] long Publish();
  [[nodiscard]] long Post(int error, const MessageBatch& batch);

  Mailbox& inbox_;
  size_t max_ = 0;
  std::shared_ptr<Lease> lease_;
};

}  // namespace mqueue
