#include "lease_view.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "descriptor.h"
#include "lease_layout.h"
#include "syscalls.h"

namespace mqueue {

using lease::Header;
using lease::Layout;
using lease::Slot;
using lease::State;

namespace {

// By read(2), not mapped: whoever makes the file shorter meanwhile makes the read shorter, and no SIGBUS.
bool ReadAt(int fd, void* to, size_t size, size_t offset) {
  return pread(fd, to, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
}

bool Holds(const Slot& slot) {
  const bool came = slot.priority <= lease::kHighestPriority;
  return came && (slot.state == State::kHeld || slot.state == State::kReceiving);
}

// As LeaseFile does it for a length that was not stored any more.
size_t Measure(const std::vector<char>& body, const std::vector<char>& fill) {
  size_t length = body.size();
  while (length > 0 && body[length - 1] == fill[length - 1]) --length;
  return length;
}

std::optional<LeaseView::Message> ReadMessage(int fd, const Layout& layout, size_t index) {
  Slot slot = {};
  if (!ReadAt(fd, &slot, sizeof slot, layout.slot(index)) || !Holds(slot)) return std::nullopt;
  const bool measured = slot.state == State::kHeld;
  if (measured && slot.length > layout.message_size) return std::nullopt;
  std::vector<char> body(measured ? slot.length : layout.message_size);
  if (!ReadAt(fd, body.data(), body.size(), layout.slot(index) + sizeof slot)) return std::nullopt;
  if (!measured) {
    std::vector<char> fill(body.size());
    if (!ReadAt(fd, fill.data(), fill.size(), Layout::fill())) return std::nullopt;
    body.resize(Measure(body, fill));
  }
  return LeaseView::Message{std::move(body), slot.priority, slot.attempts};
}

// A header that is all zeros is one that was not finished: -ENODATA.
int ReadHeader(int fd, Header* header, Layout* layout) {
  struct stat status = {};
  const int error = sys::GetStatus(fd, &status);
  if (error != 0) return error;
  if (!S_ISREG(status.st_mode)) return -EPROTO;
  constexpr char kNothing[sizeof header->magic] = {};
  const bool whole = ReadAt(fd, header, sizeof *header, 0);
  if (std::memcmp(header->magic, kNothing, sizeof kNothing) == 0) return -ENODATA;
  if (!whole || std::memcmp(header->magic, lease::kMagic, sizeof header->magic) != 0) return -EPROTO;
  if (header->version != lease::kVersion || header->name_length > sizeof header->name) return -EPROTO;
  *layout = {header->slots, header->message_size};
  const bool fits = layout->valid() && layout->size() == static_cast<size_t>(status.st_size);
  return fits ? 0 : -EPROTO;
}

// Without taking the lock, which a living process may be about to take. 0 or 1, or a negative errno.
int IsLocked(int fd) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(fd, F_OFD_GETLK, &lock) != 0) return -errno;
  return lock.l_type == F_UNLCK ? 0 : 1;
}

Descriptor OpenToLook(const std::string& path) {
  return Descriptor(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

}  // namespace

int ViewLease(const std::string& path, const LeaseMaker& maker, LeaseView* view) {
  const Descriptor file = OpenToLook(path);
  if (!file.valid()) return -errno;
  Header header = {};
  Layout layout{0, 0};
  const int error = ReadHeader(file.get(), &header, &layout);
  if (error != 0) return error == -ENODATA ? -EPROTO : error;
  if (header.process != maker.process || header.created < maker.since) return -ESRCH;
  view->name.assign(header.name, header.name_length);
  for (size_t index = 0; index < layout.slots; ++index) {
    std::optional<LeaseView::Message> message = ReadMessage(file.get(), layout, index);
    if (message) view->held.push_back(std::move(*message));
  }
  return 0;
}

int SurveyLease(const std::string& path, LeaseSurvey* survey) {
  const Descriptor file = OpenToLook(path);
  if (!file.valid()) return -errno;
  const int locked = IsLocked(file.get());
  if (locked < 0) return locked;
  Header header = {};
  Layout layout{0, 0};
  const int error = ReadHeader(file.get(), &header, &layout);
  if (error != 0) return error == -ENODATA && locked == 1 ? -EAGAIN : error;
  *survey = {locked == 1, header.process, header.ipc_namespace, {}, 0, 0};
  survey->name.assign(header.name, header.name_length);
  for (size_t index = 0; index < layout.slots; ++index) {
    Slot slot = {};
    if (!ReadAt(file.get(), &slot, sizeof slot, layout.slot(index))) return -EPROTO;
    if (slot.state == State::kGivenUp) ++survey->given_up;
    else if (Holds(slot)) ++survey->held;
  }
  return 0;
}

}  // namespace mqueue
