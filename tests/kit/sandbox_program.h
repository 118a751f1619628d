#pragma once
// A sandbox as `patchbay new` writes it, running as a program of its own.
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "child_process.h"
#include "patchbay/sandbox/client.h"

namespace patchbay::integration {

class SandboxProgram {
 public:
  // `folder` is the test's own.
  SandboxProgram(const std::string& program, const std::string& folder)
      : ready_file_(folder + "/ready.json"),
        child_(program, {"--state", folder + "/sandbox", "--ready-file", ready_file_,
                         "--exit-with-parent"}) {
    child_.line();  // it listens
    auto document = json::Document::parse(read_bytes(ready_file_));
    if (!document) throw std::runtime_error("the sandbox did not start");
    ready_ = std::make_unique<json::Document>(std::move(*document));
  }

  [[nodiscard]] const std::string& ready_file() const { return ready_file_; }
  // Of the first credentials that it offers.
  [[nodiscard]] std::string credential(const std::string& field) const {
    return ready_->root().get("credentials").at(0).get("fields").get(field).string_or("");
  }
  [[nodiscard]] std::unique_ptr<sandbox::Client> client(const std::string& host) const {
    const auto ready = ready_->root();
    return std::make_unique<sandbox::Client>(sandbox::Client::Options{
        .host = host,
        .port = static_cast<std::uint16_t>(ready.get("port").integer_or(0)),
        .ca_file = ready.get("ca_file").string_or("")});
  }
  void inject(const sandbox::json::object& fault) const {
    const auto reply =
        client("127.0.0.1")
            ->post_json("/__sandbox/faults", fault,
                        {{"X-Sandbox-Token", ready_->root().get("control_token").string_or("")}});
    EXPECT_LT(reply.status, 300) << reply.body;
  }

 private:
  std::string ready_file_;
  ChildProcess child_;
  std::unique_ptr<json::Document> ready_;
};

struct Ended {
  int exit_code = -1;
  std::string output;  // up to the first empty line
};

// Runs a program to its end; `input` is what it reads.
inline Ended run(const std::string& program, const std::vector<std::string>& arguments,
                 const std::string& input = {}) {
  ChildProcess child(program, arguments);
  if (!input.empty()) child.say(input);
  Ended ended;
  for (auto line = child.line(); !line.empty(); line = child.line()) ended.output += line + "\n";
  ended.exit_code = child.wait();
  return ended;
}

}  // namespace patchbay::integration
