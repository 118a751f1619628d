// The methods of the Web API that the connector's actions call, and their rules.
// Source: the reference of each method at docs.slack.dev. For the server's thread.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "arguments.h"
#include "patchbay/sandbox/http.h"
#include "workspace.h"

namespace slack_sandbox {

struct Call {
  Workspace& workspace;
  const Arguments& arguments;
  std::string_view scopes;  // of the token, with commas
  std::int64_t now_ms;

  [[nodiscard]] std::string text(std::string_view name) const { return arguments.text(name); }
};

struct Method {
  std::string_view name;   // "conversations.list"
  std::string_view scope;  // that it needs; empty: none
  bool reads;              // by GET or POST; else by POST alone
  int per_minute;
  std::vector<std::string_view> arguments;
  std::vector<std::string_view> required;
  std::function<sandbox::Response(const Call&)> answer;
};

std::vector<Method> conversation_methods();  // conversations.*, users.*, team.*
std::vector<Method> message_methods();       // chat.*, reactions.*, history

}  // namespace slack_sandbox
