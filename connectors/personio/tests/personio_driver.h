// The Personio connector in a test: credentials of the right shape and the answers that Personio
// documents, as building blocks of the tables.
#pragma once

#include <string>

#include "patchbay/testing/flow_driver.h"

namespace personio::tests {

using namespace patchbay::testing;

inline const std::string kClientId = "papi-dcec6d81-8c0f-47f0-9dd8-4e59755f041a";
inline const std::string kClientSecret = "papi-" + std::string(80, 'S') + "_-secr";
inline const std::string kTokenV2 = "papi-" + std::string(84, 'T') + "v2";
inline const std::string kTokenV1 = "papi-" + std::string(84, 'T') + "v1";

class PersonioDriver : public Driver {
 public:
  PersonioDriver() : Driver(table()) {}
  static const patchbay_connector* table() {
    return patchbay_connector_query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr);
  }
};

inline InputSpec typed(const std::string& id = kClientId,
                       const std::string& secret = kClientSecret) {
  return {.auth_method = "oauth2",
          .fields = {{"client_id", id}},
          .secrets = {{"client_secret", secret}}};
}

inline InputSpec linked() {
  InputSpec input = typed();
  input.tokens = {{.name = "v2", .value = "papi-old-v2-token"},
                  {.name = "v1", .value = "papi-old-v1-token"}};
  return input;
}

inline ReplySpec json(std::uint32_t status, const std::string& body) {
  return {.status = status, .body = body, .headers = {{"content-type", "application/json"}}};
}

inline ReplySpec token_v2(const std::string& scope = "employees:read personio:persons:read") {
  return json(200, R"({"access_token":")" + kTokenV2 +
                       R"(","token_type":"Bearer","expires_in":86400,"scope":")" + scope + R"("})");
}
inline ReplySpec token_v1() {
  return json(200, R"({"success":true,"data":{"token":")" + kTokenV1 +
                       R"(","expires_in":3600,"scope":"employees:read"}})");
}
inline ReplySpec persons() {
  return json(200, R"({"_data":[{"id":"1","first_name":"Ada","employments":[]}],"_meta":{}})");
}
inline ReplySpec html(std::uint32_t status) {
  return {.status = status, .body = "<!doctype html><title>Sign in</title>"};
}
inline ReplySpec lost(std::uint32_t net_error) {
  return {.net_error = net_error};
}

// Error of POST /v2/auth/token.
inline ReplySpec token_error(const std::string& code, const std::string& more = "") {
  return json(400, R"({"timestamp":"2023-03-01T14:07:17Z","trace_id":"t","error":")" + code +
                       R"(","error_description":"What Personio says.")" + more + "}");
}

inline std::string values(const std::vector<TokenSpec>& tokens) {
  std::string list;
  for (const TokenSpec& token : tokens) list += token.name + " ";
  return list;
}

}  // namespace personio::tests
