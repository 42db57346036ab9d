#include "pool_counter.h"

#include <link.h>
#include <uv.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

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
  std::map<const void*, std::pair<PoolCounter::Listener, void*>> by_key;
};

// Never destroyed: a pool thread may still release while static objects go.
Listeners& AllListeners() {
  static auto* listeners = new Listeners();
  return *listeners;
}

int Capacity() {
  static const int capacity = ComputeCapacity();
  return capacity;
}

bool Acquire() {
  int used = in_use.load();
  while (used < Capacity()) {
    if (in_use.compare_exchange_weak(used, used + 1)) return true;
  }
  return false;
}

void Release() {
  in_use.fetch_sub(1);
  Listeners& listeners = AllListeners();
  const std::lock_guard<std::mutex> guard(listeners.lock);
  for (const auto& [key, listener] : listeners.by_key) listener.first(listener.second);
}

void Subscribe(const void* key, PoolCounter::Listener listener, void* context) {
  Listeners& listeners = AllListeners();
  const std::lock_guard<std::mutex> guard(listeners.lock);
  listeners.by_key[key] = {listener, context};
  // One may have been released since the caller asked for it in vain.
  if (in_use.load() < Capacity()) listener(context);
}

void Unsubscribe(const void* key) {
  Listeners& listeners = AllListeners();
  const std::lock_guard<std::mutex> guard(listeners.lock);
  listeners.by_key.erase(key);
}

constexpr char kSymbol[] = "posix_mqueue_pool_counter_1";

// The addons of the process, in the order in which they were loaded.
std::vector<std::string> LoadedAddons() {
  std::vector<std::string> names;
  dl_iterate_phdr(
      [](struct dl_phdr_info* info, size_t, void* data) {
        const std::string name = info->dlpi_name == nullptr ? "" : info->dlpi_name;
        const std::string ending = ".node";
        if (name.size() > ending.size() &&
            name.compare(name.size() - ending.size(), ending.size(), ending) == 0) {
          static_cast<std::vector<std::string>*>(data)->push_back(name);
        }
        return 0;
      },
      &names);
  return names;
}

}  // namespace

}  // namespace mqueue

extern "C" __attribute__((visibility("default"))) const mqueue::PoolCounter
    posix_mqueue_pool_counter_1 = {mqueue::Capacity, mqueue::Acquire, mqueue::Release,
                                   mqueue::Subscribe, mqueue::Unsubscribe};

namespace mqueue {

namespace {

const PoolCounter& FindFirst() {
  for (const std::string& name : LoadedAddons()) {
    uv_lib_t library;
    void* symbol = nullptr;
    // By the name that it has been loaded by: that finds it, and loads nothing.
    if (uv_dlopen(name.c_str(), &library) == 0) uv_dlsym(&library, kSymbol, &symbol);
    uv_dlclose(&library);
    // A copy of this addon stays when it is closed (-z nodelete).
    if (symbol != nullptr) return *static_cast<const PoolCounter*>(symbol);
  }
  return posix_mqueue_pool_counter_1;
}

}  // namespace

const PoolCounter& ProcessPoolCounter() {
  static const PoolCounter& first = FindFirst();
  return first;
}

}  // namespace mqueue
