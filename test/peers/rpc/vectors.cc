// Usage: vectors vectors.json: runs the test vectors with the C++ client.

#include <fstream>
#include <iostream>
#include <sstream>

#include "mqrpc.hpp"

namespace {

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

const std::string& Text(const mqrpc::Json& vector, const char* name) { return vector.Find(name)->text; }

mqrpc::Kind KindOf(const mqrpc::Json& vector) {
  const std::string& kind = Text(vector, "kind");
  return kind == "request" ? mqrpc::Kind::kRequest : kind == "reply" ? mqrpc::Kind::kReply : mqrpc::Kind::kDead;
}

// What is wrong, or nothing.
std::string Valid(const mqrpc::Json& vector) {
  const mqrpc::Kind kind = KindOf(vector);
  const std::string data = FromHex(Text(vector, "bytes")), body = FromHex(Text(vector, "body"));
  const mqrpc::Json& header = *vector.Find("header");
  try {
    const mqrpc::Envelope envelope = mqrpc::Decode(kind, data);
    if (envelope.header.Written() != header.Written() || envelope.body != body) {
      // Of equal headers in another order too: their canonical form is the same.
      if (mqrpc::Encode(kind, envelope.header, body) != mqrpc::Encode(kind, header, envelope.body)) return "decodes to something else";
    }
    const bool same = mqrpc::Encode(kind, header, body) == data;
    return same == vector.Find("canonical")->truth ? "" : "encodes to something else";
  } catch (const mqrpc::EnvelopeError& error) {
    return error.what();
  }
}

std::string Invalid(const mqrpc::Json& vector) {
  try {
    mqrpc::Decode(KindOf(vector), FromHex(Text(vector, "bytes")));
    return "is taken";
  } catch (const mqrpc::EnvelopeError& error) {
    return error.reason == Text(vector, "reason") ? "" : error.reason + " in place of " + Text(vector, "reason");
  }
}

}  // namespace

int main(int, char** argv) {
  std::stringstream text;
  text << std::ifstream(argv[1]).rdbuf();
  const std::string json = text.str();
  const mqrpc::Json vectors = mqrpc::detail::Reader(json).Read();
  int count = 0, wrong = 0;
  for (const char* list : {"valid", "invalid"}) {
    for (const mqrpc::Json& vector : vectors.Find(list)->items) {
      const std::string problem = list[0] == 'v' ? Valid(vector) : Invalid(vector);
      ++count;
      if (problem.empty()) continue;
      ++wrong;
      std::cout << problem << ": " << Text(vector, "name") << '\n';
    }
  }
  std::cout << count << " vectors, " << wrong << " wrong\n";
}
