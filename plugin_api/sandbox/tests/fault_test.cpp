#include <future>

#include "sandbox_fixture.h"

namespace patchbay::sandbox {
namespace {

constexpr const char* kRoute = "GET /things/{id}";

TEST_F(SandboxTest, FaultReplacesTheAnswerForTheNextCallsOnly) {
  sandbox.inject({.kind = FaultKind::status,
                  .route = kRoute,
                  .times = 2,
                  .status = 503,
                  .body = R"({"down":true})"});
  Client client(client_options());
  for (int i = 0; i < 2; ++i) {
    const Reply reply = client.get("/things/1");
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.json().at("down"), true);
  }
  EXPECT_EQ(client.get("/things/1").status, 200);
  EXPECT_EQ(EchoProvider::handled, 1) << "the provider did nothing for the failed calls";
}

TEST_F(SandboxTest, FaultHitsItsRouteOnly) {
  sandbox.inject({.kind = FaultKind::status, .route = kRoute, .times = 0});
  Client client(client_options());
  EXPECT_EQ(client.get("/things/1").status, 500);
  EXPECT_EQ(client.get("/things/mine").status, 200);
  sandbox.clear_faults();
  EXPECT_EQ(client.get("/things/1").status, 200);
  EXPECT_THROW(sandbox.inject({.route = "GET /no/such/route"}), SandboxError);
}

TEST_F(SandboxTest, CutsTheConnectionBeforeTheAnswer) {
  sandbox.inject({.kind = FaultKind::cut_before_answer});
  Client client(client_options());
  EXPECT_EQ(client.get("/things/1").error, NetError::truncated);
  EXPECT_EQ(EchoProvider::handled, 0);
  sandbox.inject({.kind = FaultKind::cut_before_answer, .handled = true});
  EXPECT_EQ(client.get("/things/1").error, NetError::truncated);
  EXPECT_EQ(EchoProvider::handled, 1) << "done, although the caller cannot know";
  EXPECT_EQ(client.get("/things/1").status, 200);
}

TEST_F(SandboxTest, CutsTheConnectionInTheAnswer) {
  Client client(client_options());
  for (const FaultKind kind : {FaultKind::cut_in_answer, FaultKind::half_close}) {
    sandbox.inject({.kind = kind});
    EXPECT_EQ(client.get("/things/1").error, NetError::truncated);
  }
  EXPECT_EQ(client.get("/things/1").status, 200);
}

TEST_F(SandboxTest, SendsGarbage) {
  sandbox.inject({.kind = FaultKind::garbage});
  Client client(client_options());
  EXPECT_EQ(client.get("/things/1").error, NetError::protocol);
}

TEST_F(SandboxTest, SendsBodiesNobodyExpects) {
  Client client(client_options());
  sandbox.inject({.kind = FaultKind::html});
  EXPECT_EQ(client.get("/things/1").headers.find("Content-Type"), "text/html; charset=utf-8");
  sandbox.inject({.kind = FaultKind::big_body});
  EXPECT_GE(client.get("/things/1").body.size(), 10U * 1024 * 1024);
  sandbox.inject({.kind = FaultKind::invalid_json});
  const Reply broken = client.get("/things/1");
  EXPECT_EQ(broken.status, 200);
  EXPECT_TRUE(broken.json().is_null());
  sandbox.inject({.kind = FaultKind::empty_body});
  EXPECT_EQ(client.get("/things/1").body, "");
}

TEST_F(SandboxTest, DelaysTheAnswer) {
  sandbox.inject({.kind = FaultKind::delay, .delay = std::chrono::seconds(30)});
  Client::Options options = client_options();
  options.timeout = std::chrono::milliseconds(100);
  Client client(options);
  EXPECT_EQ(client.get("/things/1").error, NetError::timeout);
  EXPECT_TRUE(sandbox.calls().wait_for(kRoute, 1, std::chrono::seconds(5)))
      << "counted on arrival, before any answer";
}

TEST_F(SandboxTest, DelaysEndWhenTheTestSaysSo) {
  sandbox.inject({.kind = FaultKind::delay, .delay = std::chrono::minutes(10)});
  auto waiting = std::async(std::launch::async, [this] {
    Client client(client_options());
    return client.get("/things/1").status;
  });
  ASSERT_TRUE(sandbox.calls().wait_for(kRoute, 1, std::chrono::seconds(60)));
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  sandbox.end_delays();
  EXPECT_EQ(waiting.get(), 200);
}

TEST_F(SandboxTest, TricklesTheAnswer) {
  sandbox.inject({.kind = FaultKind::trickle, .delay = std::chrono::milliseconds(0)});
  Client client(client_options());
  EXPECT_EQ(client.get("/things/1").json().at("route"), kRoute);
}

}  // namespace
}  // namespace patchbay::sandbox
