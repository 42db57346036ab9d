#pragma once

#include <cstddef>
#include <cstdint>

// The format of a lease file, which docs/leases.md describes for others: header, fill, and the slots one behind the
// other. Numbers are in the byte order of the machine, which never changes while shared memory lives.
namespace mqueue::lease {

// "MQLEASE" and a zero byte, as they lie in memory: written last, so that a file without it is unfinished.
constexpr char kMagic[8] = {'M', 'Q', 'L', 'E', 'A', 'S', 'E', '\0'};
constexpr uint32_t kVersion = 1;

constexpr size_t kAlignment = 64;
constexpr size_t Aligned(size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

// A slash and 255 bytes, see mq_overview(7).
constexpr size_t kLongestName = 256;
constexpr size_t kMostSlots = size_t{1} << 14;
// HARD_MSGSIZEMAX of the kernel.
constexpr size_t kLargestMessage = size_t{1} << 24;

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t slots;
  uint32_t message_size;
  // Who made it, in its own PID namespace: for people.
  uint32_t process;
  // The inode of /proc/self/ns/ipc: queues of other namespaces are others, whatever their names.
  uint64_t ipc_namespace;
  // Milliseconds since 1970.
  uint64_t created;
  uint32_t name_length;
  uint32_t reserved;
  char name[kLongestName];
  char unused[208];
};
static_assert(sizeof(Header) == 512 && sizeof(Header) % kAlignment == 0);

enum class State : uint32_t {
  kFree = 0,
  // A system call may put a message into it at any moment; the priority tells whether it has.
  kReceiving = 1,
  kHeld = 2,
  // Too many receivers died with it: nobody adopts it.
  kGivenUp = 3,
};

constexpr uint32_t kHighestPriority = 32767;
constexpr uint32_t kNoPriority = 0xffffffff;
constexpr uint32_t kMostAttempts = 65535;

// The bytes of the message follow it.
struct Slot {
  State state;
  uint32_t length;
  // Written by the kernel.
  uint32_t priority;
  // How many receivers have died with it in their hand.
  uint32_t attempts;
  uint64_t reserved[6];
};
static_assert(sizeof(Slot) == kAlignment);

inline State StateOf(const Slot& slot) {
  State state = State::kFree;
  __atomic_load(&slot.state, &state, __ATOMIC_ACQUIRE);
  return state;
}

// In the order of the program for whoever finds the file when this process was killed in between.
inline void SetState(Slot& slot, State state) {
  __atomic_store(&slot.state, &state, __ATOMIC_RELEASE);
}

// What is where in a file of messages of this size.
struct Layout {
  size_t slots;
  size_t message_size;

  size_t stride() const { return sizeof(Slot) + Aligned(message_size); }
  // As many bytes as a message has: what a slot has where no message lies.
  static constexpr size_t fill() { return sizeof(Header); }
  size_t slot(size_t index) const { return fill() + Aligned(message_size) + index * stride(); }
  size_t size() const { return slot(slots); }
  bool valid() const {
    return slots > 0 && slots <= kMostSlots && message_size > 0 && message_size <= kLargestMessage;
  }
};

}  // namespace mqueue::lease
