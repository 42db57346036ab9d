#include "lease_file.h"

#include "platform.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "syscalls.h"

namespace mqueue {

using lease::Header;
using lease::Slot;
using lease::State;

namespace {

int Lock(int fd) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(fd, F_OFD_SETLK, &lock) == 0) return 0;
  return errno == EACCES ? -EAGAIN : -errno;
}

// Opened and locked, and still there: who locks a file may have removed it before.
int OpenLocked(const std::string& path, int flags, Descriptor* descriptor, struct stat* status) {
  Descriptor opened(open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags, 0600));
  if (!opened.valid()) return -errno;
  int error = Lock(opened.get());
  if (error == 0) error = sys::GetStatus(opened.get(), status);
  if (error != 0) return error;
  if (status->st_nlink == 0) return -ENOENT;
  *descriptor = std::move(opened);
  return 0;
}

// Bytes with which neither UTF-8 ends nor the usual padding: xorshift, as nothing is secret about them.
void MakeFill(char* fill, size_t size) {
  constexpr uint64_t kFirst = 0xC0;
  constexpr uint64_t kCount = 0xFE - kFirst + 1;
  uint64_t state = 0;
  // Without a seed it is the same in each file: less good, not wrong.
  if (getrandom(&state, sizeof state, 0) != sizeof state || state == 0) state = 88172645463325252U;
  for (size_t index = 0; index < size; ++index) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    fill[index] = static_cast<char>(kFirst + (state >> 32) % kCount);
  }
}

uint64_t Milliseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

int LeaseFile::Create(const std::string& path, const LeaseOwner& owner, const lease::Layout& layout) {
  if (!layout.valid() || owner.name.size() > lease::kLongestName) return -EINVAL;
  struct stat status = {};
  int error = OpenLocked(path, O_CREAT | O_EXCL, &descriptor_, &status);
  if (error != 0) return error == -EEXIST || error == -ENOENT ? -EAGAIN : error;
  path_ = path;
  layout_ = layout;
  // All of it now: where shared memory is full, a write to it later is a SIGBUS.
  error = -posix_fallocate(descriptor_.get(), 0, static_cast<off_t>(layout_.size()));
  if (error == 0) error = Map();
  if (error != 0) {
    Remove();
    descriptor_.Close();
    return error;
  }
  Format(owner);
  return 0;
}

int LeaseFile::Map() {
  void* memory =
      mmap(nullptr, layout_.size(), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_.get(), 0);
  if (memory == MAP_FAILED) return -errno;
  memory_ = static_cast<char*>(memory);
  return 0;
}

void LeaseFile::Format(const LeaseOwner& owner) {
  MakeFill(memory_ + lease::Layout::fill(), layout_.message_size);
  for (size_t index = 0; index < layout_.slots; ++index) {
    // The kernel then finds each page: a fault in its copy could fail for a process that is being killed.
    Fill(index, layout_.message_size);
    slot(index).priority = lease::kNoPriority;
  }
  auto* header = reinterpret_cast<Header*>(memory_);
  header->version = lease::kVersion;
  header->slots = static_cast<uint32_t>(layout_.slots);
  header->message_size = static_cast<uint32_t>(layout_.message_size);
  header->process = static_cast<uint32_t>(getpid());
  header->ipc_namespace = owner.ipc_namespace;
  header->created = Milliseconds();
  header->name_length = static_cast<uint32_t>(owner.name.size());
  std::memcpy(header->name, owner.name.data(), owner.name.size());
  // As one number, behind all that is before it: a fence is what ThreadSanitizer cannot see.
  uint64_t magic = 0;
  static_assert(sizeof magic == sizeof lease::kMagic);
  std::memcpy(&magic, lease::kMagic, sizeof magic);
  __atomic_store_n(reinterpret_cast<uint64_t*>(header->magic), magic, __ATOMIC_RELEASE);
}

int LeaseFile::Adopt(const std::string& path, const LeaseOwner& owner) {
  struct stat status = {};
  int error = OpenLocked(path, 0, &descriptor_, &status);
  if (error != 0) return error;
  path_ = path;
  error = S_ISREG(status.st_mode) ? Check(owner, static_cast<size_t>(status.st_size)) : -EPROTO;
  if (error != 0) {
    // Whoever made it died before it was finished.
    if (error == -ENODATA) Remove();
    Close();
    return error == -ENODATA ? -ENOENT : error;
  }
  return 0;
}

int LeaseFile::Check(const LeaseOwner& owner, size_t size) {
  Header header = {};
  const ssize_t length = pread(descriptor_.get(), &header, sizeof header, 0);
  if (length < 0) return -errno;
  constexpr char kNothing[sizeof header.magic] = {};
  if (std::memcmp(header.magic, kNothing, sizeof header.magic) == 0) return -ENODATA;
  if (static_cast<size_t>(length) < sizeof header) return -EPROTO;
  if (std::memcmp(header.magic, lease::kMagic, sizeof header.magic) != 0) return -EPROTO;
  if (header.version != lease::kVersion || header.name_length > sizeof header.name) return -EPROTO;
  if (header.ipc_namespace != owner.ipc_namespace ||
      owner.name.compare(0, std::string::npos, header.name, header.name_length) != 0) {
    return -ESTALE;
  }
  layout_ = {header.slots, header.message_size};
  if (!layout_.valid() || layout_.size() != size) return -EPROTO;
  const int error = Map();
  if (error != 0) return error;
  for (size_t index = 0; index < layout_.slots; ++index) {
    if (!Settle(index)) return -EPROTO;
  }
  return 0;
}

// A process that was killed as the system call returned has stored neither state nor length. That a message came is
// told by the priority, and where it ends by where the fill begins.
bool LeaseFile::Settle(size_t index) const {
  Slot& given = slot(index);
  const bool came = given.priority <= lease::kHighestPriority;
  switch (given.state) {
    case State::kFree:
      return true;
    case State::kReceiving:
      if (!came && given.priority != lease::kNoPriority) return false;
      if (came) given.length = static_cast<uint32_t>(Measure(index));
      SetState(given, came ? State::kHeld : State::kFree);
      return true;
    case State::kHeld:
    case State::kGivenUp:
      return came && given.length <= layout_.message_size;
  }
  return false;
}

size_t LeaseFile::Measure(size_t index) const {
  const char* bytes = body(index);
  const char* fill = memory_ + lease::Layout::fill();
  size_t length = layout_.message_size;
  while (length > 0 && bytes[length - 1] == fill[length - 1]) --length;
  return length;
}

void LeaseFile::Fill(size_t index, size_t length) const {
  std::memcpy(body(index), memory_ + lease::Layout::fill(), length);
}

void LeaseFile::Remove() const {
  // It fails where somebody removed it before, or the folder: it is gone then.
  unlink(path_.c_str());
}

void LeaseFile::Close() {
  // It fails for a wrong address only.
  if (memory_ != nullptr) munmap(memory_, layout_.size());
  memory_ = nullptr;
  descriptor_.Close();
}

void LeaseFile::Swap(LeaseFile& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(layout_, other.layout_);
  std::swap(memory_, other.memory_);
}

}  // namespace mqueue
