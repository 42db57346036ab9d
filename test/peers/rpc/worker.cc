// Usage: worker requests dead-letter

#include <algorithm>
#include <iostream>
#include <thread>

#include "mqrpc.hpp"

int main(int, char** argv) {
  using mqrpc::Replies;
  using mqrpc::Request;
  mqrpc::StopOnSignals();
  mqrpc::Worker worker(argv[1], argv[2], "c++");
  worker.On("reverse", [](const Request& request, Replies&) { return std::string(request.body.rbegin(), request.body.rend()); });
  worker.On("count", [](const Request& request, Replies& replies) {
    for (int i = 1; i <= std::stoi(request.body); ++i) replies.More(std::to_string(i));
    return std::string();
  });
  worker.On("meta", [](const Request& request, Replies&) { return request.Meta("a") + " " + request.Meta("b"); });
  worker.On("fail", [](const Request&, Replies&) -> std::string { throw mqrpc::RpcError("E_OWN", "as was asked for"); });
  worker.On("large", [](const Request& request, Replies&) { return std::string(std::stoul(request.body), 'x'); });
  worker.On("slow", [](const Request&, Replies&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return std::string("late");
  });
  std::cout << "ready" << std::endl;
  worker.Run();
  const mqrpc::Counts& counts = worker.counts();
  std::cout << "done=" << counts.done << " failed=" << counts.failed << " expired=" << counts.expired
            << " invalid=" << counts.invalid << " gone=" << counts.gone << '\n';
}
