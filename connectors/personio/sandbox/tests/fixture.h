#pragma once

#include <gtest/gtest.h>

#include <string>

#include "patchbay/sandbox/client.h"
#include "personio_sandbox/personio_sandbox.h"

namespace patchbay::personio_sandbox {

namespace json = sandbox::json;
using sandbox::Fields;
using sandbox::Headers;
using sandbox::Reply;

/// A Personio sandbox on a free port with its clock standing still, and a client of
/// api.personio.de that verifies its certificate.
class PersonioTest : public testing::Test {
 protected:
  void SetUp() override {
    personio.kit().clock().freeze();
    personio.start();
    client.emplace(sandbox::Client::Options{
        .host = "api.personio.de", .port = personio.port(), .ca_file = personio.ca_file()});
  }

  static Fields form(const Integration& integration) {
    return {{"grant_type", "client_credentials"},
            {"client_id", integration.client_id},
            {"client_secret", integration.client_secret}};
  }
  Reply ask_v2_token(const Fields& fields) { return client->post_form("/v2/auth/token", fields); }
  Reply ask_v1_token(const Integration& integration) {
    return client->post_json("/v1/auth",
                             json::object{{"client_id", integration.client_id},
                                          {"client_secret", integration.client_secret}});
  }
  std::string v2_token(const Integration& integration) {
    return text(ask_v2_token(form(integration)).json(), "access_token");
  }
  std::string v1_token(const Integration& integration) {
    const json::value reply = ask_v1_token(integration).json();
    return text(reply.at("data"), "token");
  }
  std::string v2_token() { return v2_token(personio.default_integration()); }
  std::string v1_token() { return v1_token(personio.default_integration()); }

  static Headers bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }
  Reply send_json(const std::string& method, const std::string& target, const json::value& body,
                  const std::string& token) {
    Headers headers = bearer(token);
    headers.add("Content-Type", "application/json");
    return client->send(method, target, headers, json::serialize(body));
  }
  static std::string text(const json::value& object, std::string_view name) {
    const json::object* members = object.if_object();
    return members == nullptr ? "" : sandbox::string_member(*members, name).value_or("");
  }
  Integration with_rights(const std::map<std::string, Access>& permissions,
                          std::optional<std::set<std::string>> readable = std::nullopt) {
    return personio.create_integration(
        {.label = "Test", .permissions = permissions, .readable_attributes = std::move(readable)});
  }
  void advance(std::int64_t seconds) {
    personio.kit().clock().advance(std::chrono::seconds(seconds));
  }

  PersonioSandbox personio;
  std::optional<sandbox::Client> client;
};

/// The entry of a v2 problem's `errors`, after checking that all its parts are there.
inline json::object problem(const Reply& reply) {
  EXPECT_EQ(reply.headers.find("Content-Type"), "application/problem+json");
  const json::value body = reply.json();
  EXPECT_TRUE(body.is_object()) << reply.body;
  if (!body.is_object()) return {};
  EXPECT_TRUE(body.as_object().contains("personio_trace_id"));
  EXPECT_TRUE(body.as_object().contains("timestamp"));
  const json::object error = body.at("errors").at(0).as_object();
  for (const char* name : {"title", "detail", "type", "_meta"}) EXPECT_TRUE(error.contains(name));
  return error;
}

}  // namespace patchbay::personio_sandbox
