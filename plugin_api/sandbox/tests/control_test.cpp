#include "sandbox_fixture.h"

namespace patchbay::sandbox {
namespace {

TEST_F(SandboxTest, ControlNeedsTheToken) {
  Client control(control_options());
  EXPECT_EQ(control.get("/__sandbox/calls").status, 401);
  EXPECT_EQ(control.get("/__sandbox/calls", {{"X-Sandbox-Token", "guess"}}).status, 401);
  EXPECT_EQ(control.get("/__sandbox/calls", control_headers()).status, 200);
}

TEST_F(SandboxTest, ControlRefusesForeignHostNamesEvenWithTheToken) {
  Client control(control_options());
  Headers headers = control_headers();
  headers.set("Host", "rebound.example");
  EXPECT_EQ(control.get("/__sandbox/calls", headers).status, 403);
  Client as_provider(client_options());
  EXPECT_EQ(as_provider.get("/__sandbox/calls", control_headers()).status, 403);
}

TEST_F(SandboxTest, ControlListsItsCallsAndTheRoutes) {
  Client control(control_options());
  const json::value index = control.get("/__sandbox", control_headers()).json();
  const std::string text = json::serialize(index);
  EXPECT_NE(text.find("POST /__sandbox/faults"), std::string::npos);
  EXPECT_NE(text.find("GET /__sandbox/echo"), std::string::npos);
  EXPECT_NE(text.find("GET /things/{id}"), std::string::npos);
  EXPECT_EQ(control.get("/__sandbox/echo", control_headers()).status, 200);
  EXPECT_EQ(control.get("/__sandbox/nothing", control_headers()).status, 404);
}

TEST_F(SandboxTest, ControlInjectsAndClearsFaults) {
  Client control(control_options());
  Client client(client_options());
  const json::object fault{{"kind", "status"}, {"status", 429}, {"times", 0}};
  EXPECT_EQ(control.post_json("/__sandbox/faults", fault, control_headers()).status, 200);
  EXPECT_EQ(client.get("/things/1").status, 429);
  EXPECT_EQ(control.get("/__sandbox/faults", control_headers()).json().as_array().size(), 1U);
  EXPECT_EQ(control.send("DELETE", "/__sandbox/faults", control_headers()).status, 200);
  EXPECT_EQ(client.get("/things/1").status, 200);
  EXPECT_EQ(control
                .post_json("/__sandbox/faults", json::object{{"kind", "html"}, {"route", "GET /x"}},
                           control_headers())
                .status,
            400);
}

TEST_F(SandboxTest, ControlMovesTheClock) {
  Client control(control_options());
  Client client(client_options());
  control.post_json("/__sandbox/clock", json::object{{"freeze", true}}, control_headers());
  control.post_json("/__sandbox/clock", json::object{{"set", "2030-01-01T00:00:00Z"}},
                    control_headers());
  control.post_json("/__sandbox/clock", json::object{{"advance_seconds", 60}}, control_headers());
  EXPECT_EQ(control.get("/__sandbox/clock", control_headers()).json().at("now"),
            "2030-01-01T00:01:00Z");
  EXPECT_EQ(client.get("/things/1").json().at("now").as_int64(),
            *parse_iso_utc("2030-01-01T00:01:00Z"));
  EXPECT_EQ(control.post_json("/__sandbox/clock", json::object{}, control_headers()).status, 400);
}

TEST_F(SandboxTest, ControlCountsCallsAndShowsThemMasked) {
  Client control(control_options());
  Client client(client_options());
  client.get("/things/" + std::string(EchoProvider::kSecret), {{"Authorization", "Bearer abcdef"}});
  client.post_form("/things", {{"client_secret", "abcdef"}, {"x", "1"}});
  const Reply reply = control.get("/__sandbox/calls?last=5", control_headers());
  EXPECT_EQ(reply.json().at("total").as_int64(), 2);
  EXPECT_EQ(reply.json().at("counts").at("POST /things").as_int64(), 1);
  EXPECT_EQ(reply.json().at("last").as_array().size(), 2U);
  EXPECT_EQ(reply.json().at("last").at(1).at("status").as_int64(), 200);
  EXPECT_EQ(reply.body.find("abcdef"), std::string::npos);
  EXPECT_EQ(reply.body.find(EchoProvider::kSecret), std::string::npos);
}

TEST_F(SandboxTest, ControlSetsOptionsAndResetsEverything) {
  Client control(control_options());
  EXPECT_EQ(control.send("PATCH", "/__sandbox/options", control_headers(), R"({"loud":true})")
                .json()
                .at("loud"),
            true);
  EXPECT_EQ(control.send("PATCH", "/__sandbox/options", control_headers(), R"({"loud":1})").status,
            400);
  sandbox.inject({.kind = FaultKind::html, .times = 0});
  sandbox.clock().set(0);
  Client client(client_options());
  client.get("/things/1");
  EXPECT_EQ(control.send("POST", "/__sandbox/reset", control_headers()).status, 200);
  EXPECT_EQ(control.get("/__sandbox/options", control_headers()).json().at("loud"), false);
  EXPECT_EQ(sandbox.calls().total(), 0U);
  EXPECT_TRUE(sandbox.faults().empty());
  EXPECT_GT(sandbox.clock().now_ms(), 1'600'000'000'000);
}

}  // namespace
}  // namespace patchbay::sandbox
