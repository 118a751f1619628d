#pragma once
// The API's description, as tests hold answers against it: build/*/openapi.strict.json, in which
// answers are closed (host/api/openapi/README.md). Any thread.
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/json_schema.h"
#include "net/http_types.h"

namespace patchbay::test {

class ApiDescription {
 public:
  // Of this build. Throws std::runtime_error when it can't be read.
  static const ApiDescription& built();
  explicit ApiDescription(std::string_view document);

  struct Operation {
    std::string method;                   // "GET"
    std::string path;                     // "/accounts/{id}"
    json::Value value;                    // lives as long as the description
    std::vector<json::Value> parameters;  // of the operation and of its path
  };
  [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
  // Null: no such path, or not with this method. HEAD is GET.
  [[nodiscard]] const Operation* find(std::string_view method, std::string_view target) const;

  // What an answer has that is not described, or lacks; empty: it fits. Where nothing is described
  // the answer has to say so: 404 or 405.
  [[nodiscard]] std::vector<std::string> problems(std::string_view method, std::string_view target,
                                                  const net::Response& response) const;
  // The same of a body that a route took.
  [[nodiscard]] std::vector<std::string> body_problems(std::string_view method,
                                                       std::string_view target,
                                                       const std::string& body) const;

  // Follows a "$ref" into the components.
  [[nodiscard]] json::Value resolved(const json::Value& value) const;

 private:
  using Problems = std::vector<std::string>;
  [[nodiscard]] json::Value response_of(const json::Value& operation, unsigned status) const;
  Problems check_content(const json::Value& content, const net::Response& response) const;
  Problems check_headers(const json::Value& headers, const net::Response& response) const;
  Problems check_lines(const std::string& schema, const std::string& text) const;
  Problems check_json(const std::string& schema, const std::string& text) const;

  json::Document document_;
  std::vector<Operation> operations_;
  std::string schemas_;  // of the components, as JSON
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<json::Schema>> compiled_;  // by their text
};

// Fails the running test for each problem of the answer, and of the request's body when the route
// took it. Where the environment's PATCHBAY_ANSWERS_SEEN names a file, operation and status are
// appended to it, and code and status of an error.
void expect_described(std::string_view method, std::string_view target,
                      const net::Response& response, std::string_view request_body = {});

}  // namespace patchbay::test
