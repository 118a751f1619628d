#include "served_hub.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/json.h"
#include "net_test_sockets.h"
#include "support/api_description.h"
#include "temp_folder.h"

namespace patchbay::canaries {
namespace {

namespace fs = std::filesystem;

const std::string kPatchbay = PATCHBAY_BUILD_DIR "/bin/patchbay";

// Of "http://localhost:PORT".
std::uint16_t port_in(std::string_view url) {
  const auto digits = url.substr(url.rfind(':') + 1);
  std::uint16_t port = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return port;
}

std::uint16_t wait_for_port(const std::string& ready_file) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(ready_file)) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the hub does not start");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const auto ready = json::Document::parse(integration::read_bytes(ready_file));
  return ready ? port_in(ready->root().get("url").string_or("")) : 0;
}

// As tests of one process have it.
net::Response response_of(const Answer& answer) {
  net::Response response(answer.status);
  response.body = answer.body;
  std::istringstream lines(answer.head);
  std::string line;
  std::getline(lines, line);  // the status line
  while (std::getline(lines, line)) {
    const auto colon = std::min(line.find(':'), line.size());
    const auto first = std::min(line.find_first_not_of(' ', colon + 1), line.size());
    std::string value = line.substr(first);
    if (value.ends_with('\r')) value.pop_back();
    response.headers.add(line.substr(0, colon), value);
  }
  return response;
}

}  // namespace

std::string Answer::text(std::string_view pointer) const {
  const auto document = json::Document::parse(body);
  return document ? document->root().pointer(pointer).string_or("") : "";
}

ServedHub::ServedHub(Place place) : place_(std::move(place)) {
  const std::string ready_file = place_.data + "/ready.json";
  fs::remove(ready_file);
  std::vector<std::string> words{"serve",           "--data", place_.data, "--connectors",
                                 place_.connectors, "--port", "0",         "--ready-file",
                                 ready_file};
  words.insert(words.end(), place_.options.begin(), place_.options.end());
  process_ = std::make_unique<integration::ChildProcess>(kPatchbay, words);
  port_ = wait_for_port(ready_file);
}

Answer ServedHub::ask(std::string_view method, std::string_view target,
                      const std::vector<std::string>& headers, std::string_view body) const {
  std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n" +
                     "Host: localhost:" + std::to_string(port_) + "\r\nConnection: close\r\n" +
                     "Content-Length: " + std::to_string(body.size()) + "\r\n";
  for (const auto& header : headers) text += header + "\r\n";
  text += "\r\n" + std::string(body);
  auto connection = net::raw_client(port_);
  connection.send(text);
  const auto message = connection.read_all();
  const auto end = message.find("\r\n\r\n");
  if (end == std::string::npos) throw std::runtime_error("no answer to " + std::string(target));
  const Answer answer{net::status_of(message), message.substr(0, end), message.substr(end + 4)};
  if (test::ApiDescription::built().find(method, target) != nullptr)
    test::expect_described(method, target, response_of(answer), body);
  return answer;
}

std::string ServedHub::command(std::vector<std::string> words) const {
  words.insert(words.end(), {"--data", place_.data});
  integration::ChildProcess process(kPatchbay, words);
  std::string printed;
  for (auto line = process.line(); !line.empty(); line = process.line()) printed += line + "\n";
  if (const int code = process.wait(); code != 0)
    throw std::runtime_error("patchbay " + words[0] + " ended with " + std::to_string(code));
  return printed;
}

}  // namespace patchbay::canaries
