#include "pool_budget.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace mqueue {

namespace {

constexpr char kVariable[] = "UV_THREADPOOL_SIZE";
constexpr int kDefaultThreads = 4;
constexpr int kMaxThreads = 1024;

// As libuv reads it: 0 and rubbish are 1.
int ThreadsOf(const char* value) {
  if (value == nullptr) return kDefaultThreads;
  const int threads = std::atoi(value);
  if (threads < 0) return kMaxThreads;
  return std::clamp(threads, 1, kMaxThreads);
}

// What the variable was when the process began.
int ThreadsAtStart() {
  std::ifstream environment("/proc/self/environ", std::ios::binary);
  const std::string prefix = std::string(kVariable) + "=";
  for (std::string entry; std::getline(environment, entry, '\0');) {
    if (entry.compare(0, prefix.size(), prefix) == 0) {
      return ThreadsOf(entry.c_str() + prefix.size());
    }
  }
  return kDefaultThreads;
}

// libuv reads the variable when the pool is first used. A program that sets process.env afterwards
// (an ES module always does: loading it used the pool) has changed nothing, so the smaller of the
// two is the one that is safe to count on.
int ComputeCapacity() { return std::min(ThreadsAtStart(), ThreadsOf(std::getenv(kVariable))) / 2; }

std::atomic<int> in_use{0};

struct Listeners {
  std::mutex lock;
  std::map<const void*, std::function<void()>> by_key;
};

// Never destroyed: a pool thread may still release a token while static objects go.
Listeners& AllListeners() {
  static auto* listeners = new Listeners();
  return *listeners;
}

}  // namespace

PoolBudget::Token::Token(Token&& other) noexcept : held_(std::exchange(other.held_, false)) {}

PoolBudget::Token& PoolBudget::Token::operator=(Token&& other) noexcept {
  if (this != &other) {
    Release();
    held_ = std::exchange(other.held_, false);
  }
  return *this;
}

void PoolBudget::Token::Release() {
  if (!std::exchange(held_, false)) return;
  in_use.fetch_sub(1);
  Listeners& listeners = AllListeners();
  const std::lock_guard<std::mutex> guard(listeners.lock);
  for (const auto& [key, listener] : listeners.by_key) listener();
}

int PoolBudget::Capacity() {
  static const int capacity = ComputeCapacity();
  return capacity;
}

PoolBudget::Token PoolBudget::TryAcquire() {
  int used = in_use.load();
  while (used < Capacity()) {
    if (in_use.compare_exchange_weak(used, used + 1)) return Token(true);
  }
  return Token();
}

void PoolBudget::Subscribe(const void* key, std::function<void()> listener) {
  Listeners& listeners = AllListeners();
  const std::lock_guard<std::mutex> guard(listeners.lock);
  listeners.by_key[key] = std::move(listener);
  // One may have been released since the caller asked for it in vain.
  if (in_use.load() < Capacity()) listeners.by_key[key]();
}

void PoolBudget::Unsubscribe(const void* key) {
  Listeners& listeners = AllListeners();
  const std::lock_guard<std::mutex> guard(listeners.lock);
  listeners.by_key.erase(key);
}

}  // namespace mqueue
