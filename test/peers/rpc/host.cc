// Usage: host requests

#include <iostream>

#include "mqrpc.hpp"

namespace {

mqrpc::Options Method(const char* method, int milliseconds = 20000) {
  mqrpc::Options options;
  options.method = method;
  options.timeout = std::chrono::milliseconds(milliseconds);
  options.meta = {{"a", "1"}, {"b", "é\""}};
  return options;
}

void Show(mqrpc::Host& host, const char* method, const char* body) {
  std::string reply = host.Request(body, Method(method));
  std::replace(reply.begin(), reply.end(), '\n', '|');
  std::cout << method << ": " << reply << '\n';
}

void ShowMany(mqrpc::Host& host, const char* label, const char* body) {
  std::cout << label << ':';
  host.RequestMany(body, Method("count"), [](const std::string& reply) { std::cout << ' ' << reply; });
  std::cout << '\n';
}

void ShowError(mqrpc::Host& host, const char* method, const char* body) {
  try {
    host.Request(body, Method(method));
  } catch (const mqrpc::RpcError& error) {
    std::cout << method << ": " << error.code << '\n';
  }
}

}  // namespace

int main(int, char** argv) {
  mqrpc::StopOnSignals();
  // Each line when it is known, as its reader waits for it.
  std::cout << std::unitbuf;
  try {
    mqrpc::Host host(argv[1]);
    Show(host, "reverse", "abc");
    Show(host, "reverse", "");
    Show(host, "reverse", "\n\n1");
    Show(host, "meta", "");
    Show(host, "count", "9");
    ShowMany(host, "count", "20");
    ShowMany(host, "none", "0");
    ShowError(host, "fail", "");
    ShowError(host, "missing", "");
    ShowError(host, "large", "500");
    host.Notify("", Method("reverse"));
    try {
      host.Request("", Method("slow", 10));
    } catch (const mqrpc::TimeoutError&) {
      std::cout << "slow: timeout\n";
    }
    Show(host, "reverse", "done");
    std::cout << "late: " << host.late() << '\n';
  } catch (const mqrpc::Stopped&) {
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
