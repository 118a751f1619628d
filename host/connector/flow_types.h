#pragma once
// What crosses between host and connector, as owned C++ values: the same content as the structs of
// patchbay/connector.h, whose documentation holds here too. They travel between threads and,
// through frames.h, between processes. Everything that can be a secret is a SecretString.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace patchbay::connector {

enum class Operation : std::uint32_t { kConnect = 1, kRefresh = 2, kRevoke = 3, kInvoke = 4 };
std::string_view to_string(Operation operation);

struct NamedValue {
  std::string name;
  std::string value;
};

struct NamedSecret {
  std::string name;
  SecretString value;
};

struct Token {
  std::string name;
  SecretString value;
  std::string type;
  std::int64_t expires_unix_ms = 0;  // 0: the provider named no end
  std::string scopes;
  bool scopes_known = false;

  [[nodiscard]] Token copy() const {
    return {name, value.copy(), type, expires_unix_ms, scopes, scopes_known};
  }
};

struct FlowInput {
  std::string auth_method_id;
  std::string environment_id;
  std::vector<NamedValue> fields;
  std::vector<NamedSecret> secrets;
  std::vector<NamedValue> setup_fields;
  std::vector<NamedSecret> setup_secrets;
  std::vector<Token> tokens;
  std::vector<std::string> needed_permissions;
  std::string redirect_uri;
  std::string action_id;
  std::string arguments_json;
  // What earlier flows told about the account. The host's own, for its policy: connectors are not
  // given them.
  std::vector<NamedValue> facts{};
};

struct FlowReply {
  std::uint32_t flags = 0;
  std::uint32_t net_error = 0;
  std::uint32_t http_status = 0;
  std::vector<NamedValue> headers;
  SecretString body;
};

struct FlowEvent {
  std::uint32_t kind = 0;
  std::int64_t unix_ms = 0;
  std::array<std::uint8_t, 32> random{};
  std::vector<FlowReply> replies;
  std::vector<NamedSecret> query;
  std::vector<NamedValue> fields;
  std::vector<NamedSecret> secrets;
};

struct FlowRequest {
  std::uint32_t flags = 0;
  std::string method;
  std::string url;
  std::vector<NamedSecret> headers;
  SecretString body;
  std::uint32_t timeout_ms = 0;
  std::uint32_t max_body_bytes = 0;
};

struct FlowMessage {
  std::string id;
  std::vector<NamedValue> args;
  std::string fallback;
  std::string field_id;
};

// What a flow waits for that a person has to do: exactly one of the two.
struct FlowPause {
  std::string redirect_url;                // to go there and come back
  std::string redirect_state;              // the `state` parameter they come back with
  std::vector<std::string> ask_field_ids;  // to fill in further fields
  std::optional<FlowMessage> ask_reason;

  [[nodiscard]] bool is_redirect() const { return !redirect_url.empty(); }
};

struct FlowDone {
  std::vector<Token> tokens;
  std::vector<NamedSecret> secrets;
  std::vector<std::string> granted_permissions;
  std::vector<NamedValue> facts;
  std::string result_json;
};

struct FlowFail {
  std::uint32_t failure = 0;
  FlowMessage message;
  std::string permission_id;
  std::uint64_t retry_after_ms = 0;
  std::string provider_excerpt;
  std::vector<Token> tokens;  // minted and to be revoked
};

struct FlowAction {
  std::uint32_t kind = 0;
  std::vector<FlowRequest> requests;
  std::uint64_t wait_ms = 0;
  std::string redirect_url;
  std::string redirect_state;
  std::vector<std::string> ask_field_ids;
  std::optional<FlowMessage> ask_reason;
  std::optional<FlowDone> done;
  std::optional<FlowFail> fail;
  std::vector<FlowMessage> notices;
};

}  // namespace patchbay::connector
