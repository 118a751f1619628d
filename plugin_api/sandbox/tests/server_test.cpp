#include "sandbox_fixture.h"

namespace patchbay::sandbox {
namespace {

TEST_F(SandboxTest, AnswersOverVerifiedTlsUnderTheRealHostName) {
  Client client(client_options());
  const Reply reply = client.get("/things/a%20b?q=1+2");
  ASSERT_EQ(reply.status, 200) << reply.error_text;
  EXPECT_EQ(reply.json().at("params").at("id"), "a b");
  EXPECT_EQ(reply.json().at("q"), "1 2");
  EXPECT_EQ(reply.headers.find("content-type"), "application/json");
}

TEST_F(SandboxTest, KeepsTheConnectionAlive) {
  Client client(client_options());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.get("/things/mine").status, 200);
  EXPECT_EQ(client.connections(), 1);
  EXPECT_EQ(client.get("/things/mine", {{"Connection", "close"}}).status, 200);
  EXPECT_EQ(client.get("/things/mine").status, 200);
  EXPECT_EQ(client.connections(), 2);
}

TEST_F(SandboxTest, RefusesABodyOverTheLimit) {
  Client client(client_options());
  EXPECT_EQ(client.send("POST", "/things", {}, std::string(64 * 1024, 'x')).status, 200);
  const Reply reply = client.send("POST", "/things", {}, std::string(64 * 1024 + 1, 'x'));
  EXPECT_EQ(reply.status, 413) << reply.error_text;
}

TEST_F(SandboxTest, RefusesWhatIsNotHttp) {
  Client client(client_options());
  EXPECT_EQ(client.send_raw("HELO there\r\n\r\n").status, 400);
  EXPECT_EQ(client.send_raw("GET /things/1 HTTP/1.1\r\n\r\n").status, 400) << "Host is missing";
  EXPECT_EQ(client.send_raw("GET /things/1 HTTP/1.1\r\nHost: localhost\r\nHost: b\r\n\r\n").status,
            400);
  EXPECT_EQ(client.get("/things/1?q=%zz").status, 400);
  EXPECT_EQ(client.get("/things/1", {{"X-Long", std::string(40'000, 'x')}}).status, 431);
}

TEST_F(SandboxTest, RefusesHostsItDoesNotStandFor) {
  Client client(client_options());
  EXPECT_EQ(client.get("/things/1", {{"Host", "evil.example"}}).status, 421);
  EXPECT_EQ(client.get("/things/1", {{"Host", "API.echo.example:443"}}).status, 200);
  EXPECT_EQ(client.get("/things/1", {{"Host", "localhost"}}).status, 200);
}

TEST_F(SandboxTest, LetsTheProviderAnswerUnknownRoutes) {
  Client client(client_options());
  EXPECT_EQ(client.get("/nothing").status, 404);
  EXPECT_EQ(client.send("DELETE", "/things").status, 405);
  EXPECT_EQ(sandbox.calls().count("unmatched"), 2U);
}

TEST_F(SandboxTest, SurvivesAHandlerThatThrows) {
  Client client(client_options());
  EXPECT_EQ(client.get("/throws").status, 500);
  EXPECT_EQ(client.get("/things/mine").status, 200);
}

TEST_F(SandboxTest, AnswersExpectContinue) {
  Client client(client_options());
  const Reply reply = client.send_raw(
      "POST /things HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
      "Content-Length: 2\r\n\r\nhi");
  EXPECT_EQ(reply.status, 100);
}

TEST_F(SandboxTest, ListensOnTheSamePortAfterAStop) {
  Client client(client_options());
  EXPECT_EQ(client.get("/things/mine").status, 200);
  const std::uint16_t port = sandbox.port();
  sandbox.stop();
  EXPECT_EQ(client.get("/things/mine").error, NetError::connect);
  sandbox.start();
  EXPECT_EQ(sandbox.port(), port);
  EXPECT_EQ(client.get("/things/mine").status, 200);
}

TEST_F(SandboxTest, SaysWhenThePortIsTaken) {
  Sandbox second(EchoProvider::info(), EchoProvider::factory(), {.port = sandbox.port()});
  try {
    second.start();
    FAIL() << "two sandboxes on one port";
  } catch (const SandboxError& error) {
    EXPECT_NE(std::string(error.what()).find("choose another --port"), std::string::npos);
  }
}

}  // namespace
}  // namespace patchbay::sandbox
