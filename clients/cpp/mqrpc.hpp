// Request and reply over POSIX message queues: a worker and a host of the protocol MQ1 in one header.
//
// C++17 on Linux, nothing else (before glibc 2.34: link with -lrt). Copy it. The protocol:
// docs/protocol.md of posix-mqueue.
//
// A worker:
//
//     #include "mqrpc.hpp"
//
//     int main() {
//       mqrpc::StopOnSignals();
//       mqrpc::Worker worker("/jobs");
//       worker.On("echo", [](const mqrpc::Request& request, mqrpc::Replies&) { return request.body; });
//       worker.On("count", [](const mqrpc::Request& request, mqrpc::Replies& replies) {
//         for (int i = 1; i <= std::stoi(request.body); ++i) replies.More(std::to_string(i));
//         return std::string();  // an empty last reply is only the end of several
//       });
//       worker.Run();  // until SIGINT or SIGTERM
//     }
//
// A host:
//
//     #include <iostream>
//     #include "mqrpc.hpp"
//
//     int main() {
//       mqrpc::StopOnSignals();
//       try {
//         mqrpc::Host host("/jobs");  // removes its reply queue when it goes out of scope
//         mqrpc::Options options;
//         options.method = "echo";
//         options.timeout = std::chrono::seconds(5);
//         std::cout << host.Request("hello", options) << '\n';
//       } catch (const mqrpc::Stopped&) {  // SIGINT or SIGTERM
//       } catch (const std::exception& error) {
//         std::cerr << error.what() << '\n';
//         return 1;
//       }
//     }

#pragma once

#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace mqrpc {

constexpr std::size_t kHeaderLimit = 1024;
constexpr std::uint64_t kSafeInteger = (std::uint64_t{1} << 53) - 1;
constexpr std::uint64_t kMostAttempts = 65535;
constexpr long kReplyMessages = 4;
// How long a worker waits for room in a reply queue.
constexpr std::chrono::milliseconds kFullWait(1000);
// The longest single wait: a signal just before a call does not interrupt it.
constexpr std::chrono::milliseconds kSlice(1000);

// Errors ------------------------------------------------------------------------------------------

// Bytes that are no envelope, or what none can be made of. `reason` is one word for programs.
struct EnvelopeError : std::runtime_error {
  EnvelopeError(std::string why, const std::string& text)
      : std::runtime_error("no MQ1 envelope (" + why + "): " + text), reason(std::move(why)) {}
  std::string reason;
};

// A request failed: thrown by a handler, sent to the host, and thrown there again.
struct RpcError : std::runtime_error {
  RpcError(std::string code_, std::string message_, std::string data_ = "")
      : std::runtime_error(code_ + ": " + message_),
        code(std::move(code_)),
        message(std::move(message_)),
        data(std::move(data_)) {}
  std::string code, message;
  std::string data;  // JSON as it was written, or empty
};

struct TimeoutError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A signal that StopOnSignals() waits for came in the midst of a request.
struct Stopped : std::runtime_error {
  Stopped() : std::runtime_error("stopped by a signal") {}
};

// JSON --------------------------------------------------------------------------------------------

// A JSON value. Numbers keep the text that they were written with; members keep their order.
struct Json {
  enum Kind { kNull, kBool, kNumber, kString, kArray, kObject };
  using Member = std::pair<std::string, Json>;

  Kind kind = kNull;
  bool truth = false;
  std::string text;  // of a string, decoded; of a number, as written
  std::vector<Json> items;
  std::vector<Member> members;

  static Json String(std::string value) { return Make(kString, std::move(value)); }
  static Json Number(std::uint64_t value) { return Make(kNumber, std::to_string(value)); }
  static Json Bool(bool value) {
    Json json;
    json.kind = kBool;
    json.truth = value;
    return json;
  }
  static Json Object() {
    Json json;
    json.kind = kObject;
    return json;
  }

  const Json* Find(std::string_view name) const {
    for (const Member& member : members) {
      if (member.first == name) return &member.second;
    }
    return nullptr;
  }

  // The last of two members with one name counts.
  void Set(std::string name, Json value) {
    for (Member& member : members) {
      if (member.first == name) {
        member.second = std::move(value);
        return;
      }
    }
    members.emplace_back(std::move(name), std::move(value));
  }

  // A whole number of digits only, up to `most`.
  std::optional<std::uint64_t> Integer(std::uint64_t most = kSafeInteger) const {
    if (kind != kNumber || text.size() > 16) return std::nullopt;
    std::uint64_t value = 0;
    for (char digit : text) {
      if (digit < '0' || digit > '9') return std::nullopt;
      value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    if (value > most) return std::nullopt;
    return value;
  }

  void Write(std::string& out) const;
  std::string Written() const {
    std::string out;
    Write(out);
    return out;
  }

 private:
  static Json Make(Kind kind, std::string text) {
    Json json;
    json.kind = kind;
    json.text = std::move(text);
    return json;
  }
};

namespace detail {

inline void WriteString(std::string& out, const std::string& text) {
  static const char kHex[] = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    const char* escape = c == '"' ? "\\\"" : c == '\\' ? "\\\\" : c == '\b' ? "\\b" : c == '\f' ? "\\f"
                       : c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : nullptr;
    if (escape != nullptr) {
      out += escape;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[(c >> 4) & 15];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

// The length of the UTF-8 character at `at`, or 0 where there is none: overlong, a surrogate, cut off.
inline std::size_t CharacterLength(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) { return byte(i) >= low && byte(i) <= high; };
  const unsigned first = byte(at);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool second = follows(at + 1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
    return second && follows(at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool second = follows(at + 1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return second && follows(at + 2) && follows(at + 3) ? 4 : 0;
  }
  return 0;
}

inline bool IsUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = CharacterLength(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

// A strict reader of JSON in UTF-8, without recursion deeper than `kDeepest`.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Json Read() {
    if (!IsUtf8(text_)) throw EnvelopeError("unicode", "the header is no UTF-8");
    Json value = Value(0);
    Blanks();
    if (at_ != text_.size()) Fail();
    return value;
  }

 private:
  static constexpr int kDeepest = 64;

  [[noreturn]] static void Fail() { throw EnvelopeError("json", "the header is no JSON object"); }

  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void Need(char c) {
    if (!Take(c)) Fail();
  }
  void Word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) Fail();
    at_ += word.size();
  }
  void Blanks() {
    while (Take(' ') || Take('\t') || Take('\n') || Take('\r')) continue;
  }

  Json Value(int depth) {
    if (depth > kDeepest) Fail();
    Blanks();
    Json value;
    switch (Peek()) {
      case '{': return Object(depth);
      case '[': return Array(depth);
      case '"': return Json::String(String());
      case 't': Word("true"); return Json::Bool(true);
      case 'f': Word("false"); return Json::Bool(false);
      case 'n': Word("null"); return value;
      default: break;
    }
    value.kind = Json::kNumber;
    value.text = Number();
    return value;
  }

  Json Object(int depth) {
    Json object = Json::Object();
    Need('{');
    Blanks();
    if (Take('}')) return object;
    do {
      Blanks();
      std::string name = String();
      if (name == "__proto__") throw EnvelopeError("proto", "a key __proto__");
      Blanks();
      Need(':');
      object.Set(std::move(name), Value(depth + 1));
      Blanks();
    } while (Take(','));
    Need('}');
    return object;
  }

  Json Array(int depth) {
    Json array;
    array.kind = Json::kArray;
    Need('[');
    Blanks();
    if (Take(']')) return array;
    do {
      array.items.push_back(Value(depth + 1));
      Blanks();
    } while (Take(','));
    Need(']');
    return array;
  }

  std::string Number() {
    const std::size_t start = at_;
    Take('-');
    if (!Take('0')) Digits();
    if (Take('.')) Digits();
    if (Take('e') || Take('E')) {
      if (!Take('-')) Take('+');
      Digits();
    }
    return std::string(text_.substr(start, at_ - start));
  }
  void Digits() {
    const std::size_t start = at_;
    while (Peek() >= '0' && Peek() <= '9') ++at_;
    if (at_ == start) Fail();
  }

  std::string String() {
    std::string out;
    Need('"');
    while (!Take('"')) {
      if (at_ >= text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) Fail();
      const char c = text_[at_++];
      if (c == '\\') Escape(out);
      else out += c;
    }
    return out;
  }

  void Escape(std::string& out) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    if (Take('u')) {
      Append(out, Unit());
      return;
    }
    const std::size_t which = at_ < text_.size() ? kLetters.find(text_[at_]) : std::string_view::npos;
    if (which == std::string_view::npos) Fail();
    out += kMeanings[which];
    ++at_;
  }

  unsigned Hex() {
    unsigned unit = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = Peek();
      unsigned digit = 0;
      if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
      else if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a' + 10);
      else if (c >= 'A' && c <= 'F') digit = static_cast<unsigned>(c - 'A' + 10);
      else Fail();
      unit = unit * 16 + digit;
      ++at_;
    }
    return unit;
  }

  // The character of one escape, or of the two that a surrogate pair takes.
  unsigned Unit() {
    const unsigned first = Hex();
    if (first < 0xD800 || first > 0xDFFF) return first;
    if (first > 0xDBFF || text_.substr(at_, 2) != "\\u") Half();
    at_ += 2;
    const unsigned second = Hex();
    if (second < 0xDC00 || second > 0xDFFF) Half();
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
  }
  [[noreturn]] static void Half() { throw EnvelopeError("unicode", "half of a surrogate pair"); }

  static void Append(std::string& out, unsigned c) {
    const auto put = [&out](unsigned byte) { out += static_cast<char>(byte); };
    if (c < 0x80) return put(c);
    if (c < 0x800) {
      put(0xC0 | c >> 6);
    } else {
      if (c < 0x10000) {
        put(0xE0 | c >> 12);
      } else {
        put(0xF0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3F));
      }
      put(0x80 | (c >> 6 & 0x3F));
    }
    put(0x80 | (c & 0x3F));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace detail

inline void Json::Write(std::string& out) const {
  switch (kind) {
    case kNull: out += "null"; return;
    case kBool: out += truth ? "true" : "false"; return;
    case kNumber: out += text; return;
    case kString: detail::WriteString(out, text); return;
    case kArray: {
      const char* separator = "[";
      for (const Json& item : items) {
        out += std::exchange(separator, ",");
        item.Write(out);
      }
      out += items.empty() ? "[]" : "]";
      return;
    }
    case kObject: {
      const char* separator = "{";
      for (const Member& member : members) {
        out += std::exchange(separator, ",");
        detail::WriteString(out, member.first);
        out += ':';
        member.second.Write(out);
      }
      out += members.empty() ? "{}" : "}";
    }
  }
}

// The envelope ------------------------------------------------------------------------------------

enum class Kind { kRequest, kReply, kDead };

namespace detail {

// So many bytes of characters, without controls (of C1 too) unless they are allowed.
inline bool IsText(const Json& json, std::size_t least, std::size_t most, bool controls = false) {
  if (json.kind != Json::kString || json.text.size() < least || json.text.size() > most) return false;
  if (!IsUtf8(json.text)) return false;
  if (controls) return true;
  for (std::size_t i = 0; i < json.text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json.text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && static_cast<unsigned char>(json.text[i + 1]) < 0xA0) return false;
  }
  return true;
}

inline bool IsAscii(const Json& json, char first, std::size_t most) {
  if (json.kind != Json::kString || json.text.empty() || json.text.size() > most) return false;
  return std::all_of(json.text.begin(), json.text.end(), [first](char c) { return c >= first && c <= '~'; });
}

inline bool IsWord(const Json& json) { return IsAscii(json, '!', 64); }

inline bool IsQueue(const Json& json) {
  if (!IsText(json, 2, 256, true) || json.text[0] != '/') return false;
  if (json.text == "/." || json.text == "/..") return false;
  return json.text.find('/', 1) == std::string::npos && json.text.find('\0') == std::string::npos;
}

inline bool IsMeta(const Json& json) {
  if (json.kind != Json::kObject || json.members.size() > 32) return false;
  return std::all_of(json.members.begin(), json.members.end(), [](const Json::Member& member) {
    return IsText(Json::String(member.first), 1, 64) && IsText(member.second, 0, std::string::npos, true);
  });
}

inline bool IsError(const Json& json) {
  const Json *code = json.Find("code"), *message = json.Find("message");
  return code != nullptr && message != nullptr && IsWord(*code) && IsText(*message, 0, 512, true);
}

inline bool IsDead(const Json& json) {
  const Json *reason = json.Find("reason"), *error = json.Find("error"), *from = json.Find("from");
  const Json *attempts = json.Find("attempts"), *at = json.Find("at");
  return reason != nullptr && IsWord(*reason) && (error == nullptr || IsText(*error, 0, 512, true)) &&
         (from == nullptr || IsQueue(*from)) && (attempts == nullptr || attempts->Integer(kMostAttempts)) &&
         (at == nullptr || at->Integer());
}

struct Rule {
  const char* name;
  bool (*fits)(const Json&);
};

// In the order in which they are checked and written.
inline const std::vector<Rule>& Rules(Kind kind) {
  static const auto line = [](const Json& json) { return IsAscii(json, ' ', 128); };
  static const std::vector<Rule> request = {
      {"id", IsWord},
      {"replyTo", IsQueue},
      {"method", [](const Json& json) { return IsText(json, 1, 128); }},
      {"deadline", [](const Json& json) { return json.Integer().has_value(); }},
      {"attempt", [](const Json& json) { return json.Integer(kMostAttempts).has_value(); }},
      {"contentType", line},
      {"traceparent", line},
      {"tracestate", [](const Json& json) { return IsAscii(json, ' ', 512); }},
      {"meta", IsMeta}};
  static const std::vector<Rule> reply = {
      {"id", IsWord},
      {"more", [](const Json& json) { return json.kind == Json::kBool; }},
      {"attempt", [](const Json& json) { return json.Integer(kMostAttempts).has_value(); }},
      {"error", IsError},
      {"by", [](const Json& json) { return IsText(json, 1, 64); }},
      {"contentType", line}};
  static const std::vector<Rule> dead = {{"dead", IsDead}};
  return kind == Kind::kRequest ? request : kind == Kind::kReply ? reply : dead;
}

inline void Check(Kind kind, const Json& header) {
  const auto refuse = [](const char* member) { throw EnvelopeError(member, "it is wrong, or missing"); };
  const char* needed = kind == Kind::kDead ? "dead" : kind == Kind::kReply || header.Find("replyTo") ? "id" : nullptr;
  if (needed != nullptr && header.Find(needed) == nullptr) refuse(needed);
  for (const Rule& rule : Rules(kind)) {
    const Json* value = header.Find(rule.name);
    if (value != nullptr && !rule.fits(*value)) refuse(rule.name);
  }
  const Json* more = header.Find("more");
  if (kind == Kind::kReply && more != nullptr && more->truth && header.Find("error") != nullptr) refuse("more");
}

// The members that the protocol knows, in its order, without those that say what their absence means.
inline Json Known(Kind kind, const Json& header) {
  Json known = Json::Object();
  const auto copy = [](const Json& from, Json& to, const char* name) {
    if (const Json* value = from.Find(name)) to.Set(name, *value);
  };
  if (kind == Kind::kDead) {
    for (const char* name : {"reason", "error", "from", "attempts", "at"}) copy(*header.Find("dead"), known, name);
    return known;
  }
  for (const Rule& rule : Rules(kind)) {
    const Json* value = header.Find(rule.name);
    const std::string_view name = rule.name;
    if (value == nullptr || (name == "more" && !value->truth) || (name == "attempt" && value->text == "0")) continue;
    if (name != "error") {
      known.Set(rule.name, *value);
      continue;
    }
    Json error = Json::Object();
    for (const char* member : {"code", "message", "data"}) copy(*value, error, member);
    known.Set("error", std::move(error));
  }
  return known;
}

}  // namespace detail

struct Envelope {
  Json header;  // of a dead letter: what is in its member "dead"
  std::string body;
};

// Throws EnvelopeError, whatever the bytes are.
inline Envelope Decode(Kind kind, std::string_view data) {
  if (data.substr(0, 4) != "MQ1 ") {
    std::size_t digits = 2;
    while (digits < data.size() && digits < 6 && data[digits] >= '0' && data[digits] <= '9') ++digits;
    const bool version = data.substr(0, 2) == "MQ" && digits > 2 && data.substr(digits, 1) == " ";
    throw EnvelopeError(version ? "version" : "magic", "it does not begin with 'MQ1 '");
  }
  const std::size_t end = data.substr(0, kHeaderLimit + 1).find('\n');
  if (end == std::string_view::npos) throw EnvelopeError("line", "the header does not end within 1,024 bytes");
  std::string_view body = data.substr(end + 1);
  if (kind != Kind::kDead) {
    if (body.empty() || body.back() != '\n') throw EnvelopeError("end", "the last byte is no line feed");
    body.remove_suffix(1);
  }
  const Json header = detail::Reader(data.substr(4, end - 4)).Read();
  if (header.kind != Json::kObject) throw EnvelopeError("json", "the header is no JSON object");
  if (kind != Kind::kDead && header.Find("dead") != nullptr) {
    throw EnvelopeError("kind", "it is a dead letter: take off its first line");
  }
  detail::Check(kind, header);
  return {detail::Known(kind, header), std::string(body)};
}

// Throws EnvelopeError for a header that nobody would take.
inline std::string Encode(Kind kind, const Json& header, std::string_view body) {
  Json whole = header;
  if (kind == Kind::kDead) {
    whole = Json::Object();
    whole.Set("dead", header);
  }
  detail::Check(kind, whole);
  Json known = detail::Known(kind, whole);
  if (kind == Kind::kDead) {
    whole.members[0].second = std::move(known);
    known = std::move(whole);
  }
  std::string bytes = "MQ1 " + known.Written();
  if (bytes.size() > kHeaderLimit) {
    throw EnvelopeError("line", std::to_string(bytes.size()) + " bytes, 1,024 is the most: put what is large into the body");
  }
  bytes += '\n';
  bytes += body;
  if (kind != Kind::kDead) bytes += '\n';
  return bytes;
}

// The queues --------------------------------------------------------------------------------------

namespace detail {

inline volatile std::sig_atomic_t stopping = 0;

inline std::string Remedy(int code) {
  switch (code) {
    case EACCES: return "it belongs to another user, or has another mode";
    case EINVAL: return "see /proc/sys/fs/mqueue/msg_max and msgsize_max";
    case EMFILE: return "the queues of this user take more than `ulimit -q` allows: remove some";
    case EMSGSIZE: return "the message is larger than the queue's messages may be";
    case ENOENT: return "there is no such queue";
    case ENOSPC: return "see /proc/sys/fs/mqueue/queues_max";
    default: return "errno " + std::to_string(code);
  }
}

inline std::uint64_t Milliseconds(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000000;
}

// The absolute time that the calls want; a past one means not to wait.
inline timespec After(std::chrono::milliseconds wait) {
  if (wait.count() <= 0) return {0, 0};
  const std::uint64_t at = Milliseconds(CLOCK_REALTIME) + static_cast<std::uint64_t>(wait.count());
  return {static_cast<time_t>(at / 1000), static_cast<long>(at % 1000 * 1000000)};
}

}  // namespace detail

// The clock of deadlines.
inline std::uint64_t Now() { return detail::Milliseconds(CLOCK_MONOTONIC); }

// SIGINT and SIGTERM end Worker::Run() after the request in hand, and a host's request by Stopped.
inline void StopOnSignals() {
  struct sigaction action = {};  // without SA_RESTART, so that a wait ends
  action.sa_handler = [](int) { detail::stopping = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

struct Attributes {
  long messages = 10;
  long size = 2048;
  mode_t mode = 0600;
};

// One message queue.
class Queue {
 public:
  Queue(std::string name, int flags, const Attributes& attributes = {}) : name_(std::move(name)) {
    mq_attr wanted = {};
    wanted.mq_maxmsg = attributes.messages;
    wanted.mq_msgsize = attributes.size;
    queue_ = mq_open(name_.c_str(), flags | O_CLOEXEC, attributes.mode, &wanted);
    if (queue_ == static_cast<mqd_t>(-1)) Fail("mq_open");
    mq_attr actual = {};
    mq_getattr(queue_, &actual);
    size_ = static_cast<std::size_t>(actual.mq_msgsize);
  }
  ~Queue() { mq_close(queue_); }
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  const std::string& name() const { return name_; }
  std::size_t size() const { return size_; }
  int fd() const { return queue_; }

  // False where the queue was full for so long.
  bool Send(std::string_view data, unsigned priority, std::chrono::milliseconds wait = {}) {
    const timespec until = detail::After(wait);
    while (mq_timedsend(queue_, data.data(), data.size(), priority, &until) != 0) {
      if (errno == EAGAIN || errno == ETIMEDOUT) return false;
      if (errno != EINTR) Fail("mq_timedsend");
    }
    return true;
  }

  // False where nothing came within that time, or a signal did.
  bool Receive(std::string& data, unsigned& priority, std::chrono::milliseconds wait = {}) {
    const timespec until = detail::After(wait);
    data.resize(size_);
    const ssize_t length = mq_timedreceive(queue_, data.data(), size_, &priority, &until);
    if (length < 0 && errno != EAGAIN && errno != ETIMEDOUT && errno != EINTR) Fail("mq_timedreceive");
    data.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    return length >= 0;
  }

 private:
  [[noreturn]] void Fail(const char* call) const {
    const int code = errno;
    throw std::system_error(code, std::generic_category(), std::string(call) + " of " + name_ + " (" + detail::Remedy(code) + ")");
  }

  std::string name_;
  mqd_t queue_;
  std::size_t size_;
};

// The worker --------------------------------------------------------------------------------------

struct Request {
  std::string body;
  std::string method;  // empty where there is none
  std::uint64_t attempt = 0;
  std::optional<std::uint64_t> deadline;
  unsigned priority = 0;
  Json header;  // with meta, contentType, traceparent

  // A value of meta, or an empty string.
  std::string Meta(std::string_view key) const {
    const Json* meta = header.Find("meta");
    const Json* value = meta == nullptr ? nullptr : meta->Find(key);
    return value == nullptr ? std::string() : value->text;
  }
};

struct Counts {
  unsigned done = 0, failed = 0;  // failed: an error reply
  unsigned expired = 0, invalid = 0;
  unsigned gone = 0;  // nobody took the reply
  unsigned lost = 0;  // a dead letter that had no place
};

// The way back to who asked. Whoever is gone, or takes no replies, is counted and left.
class Replies {
 public:
  Replies(const Json& header, unsigned priority, std::string by, Counts& counts)
      : priority_(priority), by_(std::move(by)), counts_(counts) {
    const Json *id = header.Find("id"), *to = header.Find("replyTo");
    if (id != nullptr) id_ = id->text;
    if (to != nullptr) to_ = to->text;
    if (const Json* attempt = header.Find("attempt")) attempt_ = *attempt;
    given_up_ = to == nullptr;
  }

  // One of several; what the handler returns is the last.
  void More(std::string_view body) { Send(body, true, nullptr); }
  void Last(std::string_view body) { Send(body, false, nullptr); }
  void Fail(const Json& error) { Send("", false, &error); }

 private:
  void Send(std::string_view body, bool more, const Json* error) {
    if (given_up_) return;
    Json header = Json::Object();
    header.Set("id", Json::String(id_));
    if (more) header.Set("more", Json::Bool(true));
    if (attempt_) header.Set("attempt", *attempt_);
    if (error != nullptr) header.Set("error", *error);
    if (!by_.empty()) header.Set("by", Json::String(by_));
    const std::string data = Encode(Kind::kReply, header, body);
    try {
      // Without O_CREAT: where the host is gone, nobody would ever read the queue.
      if (!queue_) queue_.emplace(to_, O_WRONLY);
      if (data.size() > queue_->size()) throw RpcError("EMSGSIZE", "the reply is larger than the host's queue takes");
      if (queue_->Send(data, priority_, kFullWait)) return;
    } catch (const std::system_error&) {
    }
    given_up_ = true;
    ++counts_.gone;
  }

  std::string id_, to_;
  std::optional<Json> attempt_;
  unsigned priority_;
  std::string by_;
  Counts& counts_;
  bool given_up_ = false;
  std::optional<Queue> queue_;
};

using Handler = std::function<std::string(const Request&, Replies&)>;

// Takes requests from a queue and answers them with its handlers.
class Worker {
 public:
  explicit Worker(const std::string& requests, std::string dead_letter = "", std::string by = "", const Attributes& attributes = {})
      : requests_(requests, O_RDONLY | O_CREAT, attributes), dead_letter_(std::move(dead_letter)), by_(std::move(by)) {}

  // The handler of a method; of "", of all that have no other. What it throws is an error reply.
  void On(const std::string& method, Handler handler) { handlers_[method] = std::move(handler); }

  // Until Stop(), or SIGINT or SIGTERM after StopOnSignals().
  void Run() {
    std::string data;
    unsigned priority = 0;
    while (!stopped_ && !detail::stopping) {
      if (requests_.Receive(data, priority, kSlice)) Work(data, priority);
    }
  }
  // For handlers.
  void Stop() { stopped_ = true; }
  const Counts& counts() const { return counts_; }

 private:
  void Work(const std::string& data, unsigned priority) {
    Envelope envelope;
    try {
      envelope = Decode(Kind::kRequest, data);
      const Json* to = envelope.header.Find("replyTo");
      if (to != nullptr && (to->text == requests_.name() || to->text == dead_letter_)) {
        throw EnvelopeError("replyTo", "a queue that is for something else");
      }
    } catch (const EnvelopeError& error) {
      ++counts_.invalid;
      Bury(data, priority, error.what());
      return;
    }
    Request request = Make(std::move(envelope), priority);
    if (request.deadline && *request.deadline < Now()) {
      ++counts_.expired;
      return;
    }
    Replies replies(request.header, priority, by_, counts_);
    Answer(request, replies);
  }

  static Request Make(Envelope envelope, unsigned priority) {
    Request request;
    request.header = std::move(envelope.header);
    request.body = std::move(envelope.body);
    request.priority = priority;
    if (const Json* method = request.header.Find("method")) request.method = method->text;
    if (const Json* attempt = request.header.Find("attempt")) request.attempt = *attempt->Integer();
    if (const Json* deadline = request.header.Find("deadline")) request.deadline = deadline->Integer();
    return request;
  }

  void Answer(const Request& request, Replies& replies) {
    auto handler = handlers_.find(request.method);
    if (handler == handlers_.end()) handler = handlers_.find("");
    try {
      if (handler == handlers_.end()) throw RpcError("ERR_MQ_METHOD", "this worker has no such method");
      replies.Last(handler->second(request, replies));
      ++counts_.done;
    } catch (const RpcError& error) {
      Tell(replies, error);
    } catch (const std::exception& error) {
      Tell(replies, RpcError("ERR_MQ_HANDLER", error.what()));
    } catch (...) {
      Tell(replies, RpcError("ERR_MQ_HANDLER", "it threw what is no std::exception"));
    }
  }

  void Tell(Replies& replies, const RpcError& error) {
    ++counts_.failed;
    Json told = Json::Object();
    told.Set("code", Json::String(error.code));
    told.Set("message", Json::String(Short(error.message)));
    try {
      if (!error.data.empty()) told.Set("data", detail::Reader(error.data).Read());
      replies.Fail(told);
    } catch (const std::runtime_error&) {
      Json plain = Json::Object();
      plain.Set("code", Json::String("ERR_MQ_HANDLER"));
      plain.Set("message", Json::String("the error cannot be told"));
      Try([&] { replies.Fail(plain); });
    }
  }

  // At most 512 bytes of whole characters.
  static std::string Short(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t length = detail::CharacterLength(text, at);
      if (out.size() + std::max<std::size_t>(length, 1) > 509) return out + "...";
      out += length == 0 ? "?" : text.substr(at, length);
      at += std::max<std::size_t>(length, 1);
    }
    return out;
  }

  void Bury(const std::string& data, unsigned priority, const std::string& why) {
    if (dead_letter_.empty()) return;
    Json header = Json::Object();
    header.Set("reason", Json::String("envelope"));
    header.Set("error", Json::String(why));
    header.Set("from", Json::String(requests_.name()));
    header.Set("at", Json::Number(detail::Milliseconds(CLOCK_REALTIME)));
    const std::string letter = Encode(Kind::kDead, header, data);
    Attributes attributes;
    attributes.size = static_cast<long>(requests_.size() + kHeaderLimit);
    const auto send = [&] {
      Queue queue(dead_letter_, O_WRONLY | O_CREAT, attributes);
      if (!queue.Send(letter, priority, kFullWait)) ++counts_.lost;
    };
    if (Try(send)) return;
    attributes.size = static_cast<long>(requests_.size());  // msgsize_max allows no more
    if (!Try(send)) ++counts_.lost;
  }

  template <typename Action>
  static bool Try(Action action) {
    try {
      action();
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }

  Queue requests_;
  std::string dead_letter_, by_;
  std::map<std::string, Handler> handlers_;
  Counts counts_;
  bool stopped_ = false;
};

// The host ----------------------------------------------------------------------------------------

struct Options {
  std::string method;
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  unsigned priority = 0;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> meta;
};

// Sends requests to a queue, one at a time, and gets their replies in a queue of its own.
class Host {
 public:
  explicit Host(const std::string& requests, const Attributes& attributes = {})
      : requests_(requests, O_WRONLY | O_CREAT | O_NONBLOCK, attributes),
        word_(Word()),
        replies_("/mq-reply-" + word_, O_RDONLY | O_CREAT | O_EXCL | O_NONBLOCK,
                 {kReplyMessages, static_cast<long>(requests_.size()), 0600}) {}
  ~Host() { mq_unlink(replies_.name().c_str()); }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // The reply's body; of several, the last one. Throws RpcError, TimeoutError, Stopped.
  std::string Request(std::string_view body, const Options& options = {}) {
    std::string last;
    Call(body, options, [&last](bool, const std::string& reply) { last = reply; });
    return last;
  }

  // Calls `each` with all replies, as they come. An empty last one is only their end.
  void RequestMany(std::string_view body, const Options& options, const std::function<void(const std::string&)>& each) {
    Call(body, options, [&each](bool more, const std::string& reply) {
      if (more || !reply.empty()) each(reply);
    });
  }

  // Sends what nobody answers.
  void Notify(std::string_view body, const Options& options = {}) {
    Send(Encode(Kind::kRequest, Header(options), body), options.priority, Now() + Count(options));
  }

  // Replies that nobody waited for any more.
  unsigned late() const { return late_; }

 private:
  using Each = std::function<void(bool more, const std::string& reply)>;

  static std::string Word() {
    static const char kHex[] = "0123456789abcdef";
    std::random_device random;
    std::string word;
    for (int i = 0; i < 16; ++i) word += kHex[random() & 15];
    return word;
  }

  static std::uint64_t Count(const Options& options) { return static_cast<std::uint64_t>(options.timeout.count()); }

  static Json Header(const Options& options) {
    Json header = Json::Object();
    if (!options.method.empty()) header.Set("method", Json::String(options.method));
    if (!options.content_type.empty()) header.Set("contentType", Json::String(options.content_type));
    if (options.meta.empty()) return header;
    Json meta = Json::Object();
    for (const auto& [key, value] : options.meta) meta.Set(key, Json::String(value));
    header.Set("meta", std::move(meta));
    return header;
  }

  void Call(std::string_view body, const Options& options, const Each& each) {
    if (!waiting_for_.empty()) throw std::logic_error("a Host has one request at a time: use another one within RequestMany");
    const std::uint64_t until = Now() + Count(options);
    Json header = Header(options);
    const std::string id = word_.substr(0, 4) + "." + std::to_string(++count_);
    header.Set("id", Json::String(id));
    header.Set("replyTo", Json::String(replies_.name()));
    header.Set("deadline", Json::Number(until));
    const std::string data = Encode(Kind::kRequest, header, body);
    // Known before it is sent: the reply may be here before the next line runs.
    waiting_for_ = id;
    const struct Forget {
      Host& host;
      ~Forget() {
        host.waiting_for_.clear();
        host.early_.clear();
      }
    } forget{*this};
    Send(data, options.priority, until);
    while (true) {
      Envelope reply = Next(until);
      if (const Json* error = reply.header.Find("error")) {
        const Json* details = error->Find("data");
        throw RpcError(error->Find("code")->text, error->Find("message")->text, details ? details->Written() : "");
      }
      const bool more = reply.header.Find("more") != nullptr;
      each(more, reply.body);
      if (!more) return;
    }
  }

  // Replies are read all the while, or a worker could wait for us as we wait for it.
  void Send(const std::string& data, unsigned priority, std::uint64_t until) {
    while (!requests_.Send(data, priority)) {
      Wait(until, true);
      while (std::optional<Envelope> reply = Take()) early_.push_back(std::move(*reply));
    }
  }

  Envelope Next(std::uint64_t until) {
    if (!early_.empty()) {
      Envelope reply = std::move(early_.front());
      early_.erase(early_.begin());
      return reply;
    }
    while (true) {
      if (std::optional<Envelope> reply = Take()) return std::move(*reply);
      Wait(until, false);
    }
  }

  // The next reply to the request that is under way; others are late.
  std::optional<Envelope> Take() {
    std::string data;
    unsigned priority = 0;
    while (replies_.Receive(data, priority)) {
      try {
        Envelope reply = Decode(Kind::kReply, data);
        if (!waiting_for_.empty() && reply.header.Find("id")->text == waiting_for_) return reply;
      } catch (const EnvelopeError&) {
      }
      ++late_;
    }
    return std::nullopt;
  }

  void Wait(std::uint64_t until, bool sending) {
    if (detail::stopping) throw Stopped();
    const std::uint64_t now = Now();
    if (now >= until) {
      throw TimeoutError(sending ? "queue " + requests_.name() + " had no room in time: is a worker running?"
                                 : "no reply through " + requests_.name() + " in time");
    }
    pollfd both[] = {{replies_.fd(), POLLIN, 0}, {requests_.fd(), POLLOUT, 0}};
    const auto slice = std::min<std::uint64_t>(until - now, static_cast<std::uint64_t>(kSlice.count()));
    poll(both, sending ? 2 : 1, static_cast<int>(slice));
  }

  Queue requests_;
  std::string word_;
  Queue replies_;
  std::string waiting_for_;
  std::vector<Envelope> early_;
  std::uint64_t count_ = 0;
  unsigned late_ = 0;
};

}  // namespace mqrpc
