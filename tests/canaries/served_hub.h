#pragma once
// `patchbay serve` as a program of its own, spoken to over HTTP as applications do, and the
// commands beside it. Everything that it and they write lies in the folder it is given. Throws
// when it does not start. Killed when it goes.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "child_process.h"

namespace patchbay::canaries {

struct Answer {
  unsigned status = 0;
  std::string head;
  std::string body;

  // A text member of the JSON object in the body, by JSON pointer; "" where there is none.
  [[nodiscard]] std::string text(std::string_view pointer) const;
};

class ServedHub {
 public:
  struct Place {
    std::string data;
    std::string connectors;
    std::vector<std::string> options;  // for every command that opens the hub's data
  };

  explicit ServedHub(Place place);

  // One request on a connection of its own. `headers` are whole lines. Fails the running test where
  // an answer of the API is not as its description says.
  [[nodiscard]] Answer ask(std::string_view method, std::string_view target,
                           const std::vector<std::string>& headers = {},
                           std::string_view body = {}) const;
  // Runs `patchbay WORDS...` on the same data; what it printed. Throws when it fails.
  [[nodiscard]] std::string command(std::vector<std::string> words) const;

  [[nodiscard]] std::string origin() const { return "http://localhost:" + std::to_string(port_); }
  [[nodiscard]] pid_t pid() const { return process_->pid(); }
  [[nodiscard]] std::vector<pid_t> workers() const { return process_->children(); }

 private:
  Place place_;
  std::uint16_t port_ = 0;
  std::unique_ptr<integration::ChildProcess> process_;
};

}  // namespace patchbay::canaries
