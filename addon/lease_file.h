#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "descriptor.h"
#include "lease_layout.h"

namespace mqueue {

// Whose messages are in a lease file.
struct LeaseOwner {
  // Of the queue, with its slash.
  std::string name;
  uint64_t ipc_namespace = 0;
};

// A lease file that this process has locked and mapped. The kernel drops the lock when the process dies, however it
// does.
class LeaseFile {
 public:
  LeaseFile() = default;
  LeaseFile(LeaseFile&& other) noexcept { Swap(other); }
  LeaseFile& operator=(LeaseFile&& other) noexcept {
    Swap(other);
    return *this;
  }
  ~LeaseFile() { Close(); }

  // 0 or a negative errno. -EAGAIN: others had a look at it before it was finished, another path is to be tried.
  [[nodiscard]] int Create(const std::string& path, const LeaseOwner& owner, const lease::Layout& layout);
  // Takes over the file of a process that has died, and makes out what is in its slots. 0 or a negative errno: -EAGAIN
  // when its process lives, -ENOENT when there is none (any more), -ESTALE for another queue's, -EPROTO for one that
  // is not to be understood.
  [[nodiscard]] int Adopt(const std::string& path, const LeaseOwner& owner);

  bool open() const { return memory_ != nullptr; }
  const lease::Layout& layout() const { return layout_; }
  lease::Slot& slot(size_t index) const {
    return *reinterpret_cast<lease::Slot*>(memory_ + layout_.slot(index));
  }
  char* body(size_t index) const { return memory_ + layout_.slot(index) + sizeof(lease::Slot); }
  // Makes the first bytes of a body as they were before a message lay there.
  void Fill(size_t index, size_t length) const;

  // The file goes; what is mapped stays until Close.
  void Remove() const;
  void Close();

 private:
  void Swap(LeaseFile& other) noexcept;
  [[nodiscard]] int Map();
  void Format(const LeaseOwner& owner);
  [[nodiscard]] int Check(const LeaseOwner& owner, size_t size);
  // False when it cannot be.
  [[nodiscard]] bool Settle(size_t index) const;
  size_t Measure(size_t index) const;

  std::string path_;
  Descriptor descriptor_;
  lease::Layout layout_{0, 0};
  char* memory_ = nullptr;
};

}  // namespace mqueue
