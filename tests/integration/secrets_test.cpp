// After whole journeys, good and bad: no client secret and no token in any file of the hub, in its
// log, or in an error.
#include <regex>

#include "hub_fixture.h"
#include "stderr_capture.h"

namespace patchbay::integration {
namespace {

class SecretsTest : public HubTest {
 protected:
  void knows(const Error& error) {
    texts_ += error.message + "\n" + error.provider_answer + "\n" + error.field + "\n";
  }
  void knows(const accounts::LinkOutcome& outcome) {
    knows(outcome.error);
    texts_ += outcome.message.fallback + "\n";
    for (const auto& argument : outcome.message.args) texts_ += argument.value + "\n";
    for (const auto& notice : outcome.notices) {
      texts_ += notice.fallback + "\n";
      for (const auto& argument : notice.args) texts_ += argument.value + "\n";
    }
  }

  // What both of Personio's secrets and its tokens look like; a Client ID is shorter.
  static void expect_no_secret(const std::string& text, const std::string& where) {
    static const std::regex secret("papi-[A-Za-z0-9_-]{60,}");
    EXPECT_FALSE(std::regex_search(text, secret)) << where << " shows a secret";
  }

  std::string texts_;
};

TEST_F(SecretsTest, NoneIsFoundInAnyFileLogOrErrorAfterJourneysOfAllKinds) {
  StderrCapture log;
  open_hub();
  const auto who = personio.default_integration();
  const auto weak = personio.create_integration({.permissions = {{"documents", {.read = true}}}});
  const auto other = personio.create_integration({.permissions = {{"employees", {.read = true}}}});

  knows(link({who.client_id, who.client_secret + "x"}));
  knows(link({"papi-00000000-0000-4000-8000-000000000000", who.client_secret}));
  knows(link({who.client_secret, who.client_id}));  // each in the other's field
  knows(link({who.client_secret, who.client_secret}));
  knows(link(weak));
  for (const auto kind : {FaultKind::html, FaultKind::invalid_json, FaultKind::big_body,
                          FaultKind::cut_in_answer, FaultKind::garbage}) {
    for (const auto* route : {kTokenRoute, kPersonsRoute}) {
      personio.kit().inject({.kind = kind, .route = route});
      knows(link(who));
    }
  }
  // A provider that repeats the secret in its error.
  personio.kit().inject({.kind = FaultKind::status,
                         .route = kTokenRoute,
                         .status = 400,
                         .body = R"({"error":"unauthorized_client","error_description":"secret )" +
                                 who.client_secret + R"( is wrong"})"});
  knows(link(who));

  auto linked = link(who);
  ASSERT_TRUE(linked.account) << linked.error.message;
  const auto id = linked.account->id;
  knows(linked);
  std::set<std::string> tokens{token_value(id, "v2"), token_value(id, "v1")};
  ASSERT_TRUE(refresh(id));
  tokens.insert(token_value(id, "v2"));
  personio.kit().inject({.kind = FaultKind::status, .route = kTokenRoute, .status = 503});
  knows(refresh(id).error());
  ASSERT_TRUE(reconnect(id, other).account);
  tokens.insert(token_value(id, "v2"));
  ASSERT_TRUE(revocations_done());
  personio.delete_integration(other.client_id);
  knows(refresh(id).error());
  {
    const auto detail = wait(hub->accounts().detail(hub->project_id(), id));
    ASSERT_TRUE(detail);
    texts_ += detail->account.reason_text + detail->account.fields + detail->account.facts;
    for (const auto& event : detail->history) texts_ += event.payload;
  }

  // With everything still in the write-ahead log, and again after it was folded into the file.
  for (int closed = 0; closed < 2; ++closed) {
    int files = 0;
    for (const auto& file : fs::recursive_directory_iterator(data)) {
      if (!file.is_regular_file()) continue;
      ++files;
      const auto bytes = read_bytes(file.path());
      expect_no_secret(bytes, file.path());
      for (const auto& token : tokens)
        EXPECT_EQ(bytes.find(token.substr(5, 30)), std::string::npos) << file.path();
      EXPECT_EQ(bytes.find(who.client_secret.substr(5, 30)), std::string::npos) << file.path();
    }
    EXPECT_GE(files, 1);
    if (closed == 0) close_hub();
  }
  const auto logged = log.stop();
  EXPECT_NE(logged.find("\"event\":\"linked\""), std::string::npos) << "the log was not captured";
  expect_no_secret(logged, "the log");
  EXPECT_NE(texts_.find("doesn't belong to it"), std::string::npos) << "no error was collected";
  expect_no_secret(texts_, "an error");
}

TEST_F(SecretsTest, TheScanFindsASecretThatIsThere) {
  static const std::regex secret("papi-[A-Za-z0-9_-]{60,}");
  EXPECT_TRUE(std::regex_search(personio.default_integration().client_secret, secret));
  EXPECT_FALSE(std::regex_search(personio.default_integration().client_id, secret));
}

TEST_F(SecretsTest, TheDatabaseAndItsFolderAreClosedToOthers) {
  open_hub();
  linked();
  for (const auto& file : fs::directory_iterator(data))
    EXPECT_EQ(static_cast<unsigned>(file.status().permissions()) & 077U, 0U) << file.path();
  EXPECT_EQ(static_cast<unsigned>(fs::status(data).permissions()) & 077U, 0U);
}

}  // namespace
}  // namespace patchbay::integration
