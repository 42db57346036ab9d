#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <vector>

#include <sys/types.h>

#include "lease_file.h"

namespace mqueue {

// The slots of a lease file, which outlive this process: each message in hand lies in one, from the system call that
// receives it until its work is done. Used by pool threads too.
class Lease {
 public:
  // A slot of any lease of an environment, as JavaScript knows it: never 0.
  using SlotId = uint32_t;
  static constexpr uint32_t kSlotBits = 14;
  static_assert(lease::kMostSlots <= size_t{1} << kSlotBits);
  static constexpr uint32_t NumberOf(SlotId id) { return id >> kSlotBits; }

  // A file of its own is empty; one that was adopted is only worked off. `number`: not 0.
  Lease(LeaseFile file, uint32_t number);
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  uint32_t number() const { return number_; }
  size_t message_size() const { return message_size_; }
  bool closed();

  struct Received {
    // Its length, or a negative errno: -ENOBUFS when all slots are in use.
    ssize_t size;
    unsigned priority;
    SlotId slot;
    const char* data;
  };
  // Receives into a slot, as sys::Receive, or without waiting where there is no deadline.
  [[nodiscard]] Received Receive(int fd, const struct timespec* deadline);
  [[nodiscard]] Received TryReceive(int fd);

  // Messages that somebody is to work on, by the file.
  [[nodiscard]] std::vector<SlotId> Held();
  // Messages that nobody is to work on.
  [[nodiscard]] std::vector<SlotId> GivenUp();
  struct Contents {
    // A copy.
    std::vector<char> body;
    unsigned priority = 0;
    uint32_t attempts = 0;
  };
  // False for a slot without a message.
  [[nodiscard]] bool Read(SlotId id, Contents* contents);
  // One more receiver works on it. How many have died with it before; -EBADF for a slot without a message.
  [[nodiscard]] long Begin(SlotId id);
  // Nobody is to work on it any more, and it is kept.
  [[nodiscard]] int GiveUp(SlotId id);
  // Its work is done, or it went elsewhere.
  int Free(SlotId id);
  // The same of one that was given up.
  int FreeGivenUp(SlotId id);

  // No more messages come: it closes with the last that is done.
  void Retire();
  // What is left in it is for who adopts it. Not while something may be received into it.
  void Close();

 private:
  template <typename Call>
  Received ReceiveInto(Call call);
  [[nodiscard]] bool Take(size_t* index);
  void Untake(size_t index, bool came);
  // Under the lock: null for a slot that is not in this state.
  lease::Slot* Find(SlotId id, lease::State state) const;
  std::vector<SlotId> SlotsIn(lease::State state);
  void FreeSlot(lease::Slot* slot, SlotId id);
  void CloseIfDone();
  void CloseFile();

  const uint32_t number_;
  const size_t message_size_;
  std::mutex lock_;
  LeaseFile file_;
  std::vector<uint32_t> free_;
  size_t used_ = 0;
  size_t given_up_ = 0;
  size_t receiving_ = 0;
  bool retired_ = false;
};

}  // namespace mqueue
