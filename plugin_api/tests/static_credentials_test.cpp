#include "patchbay/sdk/static_credentials.h"

#include <gtest/gtest.h>

#include "only.h"

namespace {

using namespace patchbay::sdk;
using namespace patchbay::testing;
using patchbay::tests::OnlyDriver;

template <StaticScheme scheme>
class Static : public StaticCredentialsFlow {
 public:
  explicit Static(Input input)
      : StaticCredentialsFlow(
            std::move(input),
            {.scheme = scheme, .probe_url = "https://api.toy.test/me", .secret_field = "secret"}) {}
};
class Unproved : public StaticCredentialsFlow {
 public:
  explicit Unproved(Input input) : StaticCredentialsFlow(std::move(input), {}) {}
};

InputSpec entered(const std::string& user, const std::string& secret) {
  return {.fields = {{"user", user}}, .secrets = {{"secret", secret}, {"api_key", secret}}};
}

template <StaticScheme scheme>
SeenRequest probe() {
  OnlyDriver<Static<scheme>> driver;
  FlowRun run = driver.connect(entered("Aladdin", "open sesame"));
  const Seen seen = run.start();
  EXPECT_EQ(seen.requests.at(0).method, "GET");
  EXPECT_EQ(seen.requests.at(0).flags, PATCHBAY_REQUEST_SECRET | PATCHBAY_REQUEST_IDEMPOTENT);
  EXPECT_EQ(run.replies({{.status = 204}}).kind, PATCHBAY_ACTION_DONE);
  return seen.requests.at(0);
}

TEST(StaticCredentials, AreProvedInTheirOwnScheme) {
  EXPECT_EQ(probe<StaticScheme::api_key>().header("x-api-key"), "open sesame");
  EXPECT_EQ(probe<StaticScheme::basic>().header("authorization"),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // RFC 7617, section 2
  EXPECT_EQ(probe<StaticScheme::bearer>().header("authorization"), "Bearer open sesame");
}

class KeyAsUser : public StaticCredentialsFlow {
 public:
  explicit KeyAsUser(Input input)
      : StaticCredentialsFlow(std::move(input), {.scheme = StaticScheme::basic,
                                                 .probe_url = "https://api.toy.test/me",
                                                 .secret_field = "secret",
                                                 .user_field = "secret"}) {}
};

TEST(StaticCredentials, AKeyThatIsTheUserNameIsSentAsBothAndTrimmedOnce) {
  OnlyDriver<KeyAsUser> driver;
  FlowRun run = driver.connect(entered("Aladdin", " k3y "));
  const Seen seen = run.start();
  EXPECT_EQ(seen.requests.at(0).header("authorization"), "Basic azN5OmszeQ==");
  const Seen done = run.replies({{.status = 200}});
  EXPECT_EQ(done.notices.size(), 1U);
  FlowRun none = driver.connect(entered("Aladdin", " "));
  EXPECT_EQ(none.start().message.field, "secret");
}

TEST(StaticCredentials, AreTakenUnseenWhenThereIsNothingToAsk) {
  OnlyDriver<Unproved> driver;
  FlowRun run = driver.connect(entered("", "key"));
  EXPECT_EQ(run.start().kind, PATCHBAY_ACTION_DONE);
}

TEST(StaticCredentials, MissingAreNamed) {
  OnlyDriver<Static<StaticScheme::basic>> driver;
  FlowRun no_user = driver.connect(entered("", "pw"));
  EXPECT_EQ(no_user.start().message.field, "user");
  FlowRun no_secret = driver.connect(entered("me", " "));
  EXPECT_EQ(no_secret.start().message.field, "secret");
}

TEST(StaticCredentials, RefusedAreToldFromOtherAnswers) {
  struct Row {
    ReplySpec reply;
    std::uint32_t failure;
    const char* id;
  };
  const Row rows[] = {
      {{.status = 401}, PATCHBAY_FAIL_CREDENTIALS, "error.credentials_refused"},
      {{.status = 403}, PATCHBAY_FAIL_CREDENTIALS, "error.credentials_refused"},
      {{.status = 404}, PATCHBAY_FAIL_PROTOCOL, "error.unexpected_status"},
      {{.status = 500}, PATCHBAY_FAIL_TRANSIENT, "error.provider_unavailable"},
      {{.net_error = PATCHBAY_NET_DNS}, PATCHBAY_FAIL_TRANSIENT, "error.unreachable"},
  };
  OnlyDriver<Static<StaticScheme::bearer>> driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(entered("", "key"));
    run.start();
    const Seen seen = run.replies({row.reply});
    EXPECT_EQ(seen.failure, row.failure);
    EXPECT_EQ(seen.message.id, row.id);
  }
}

TEST(NothingToDo, IsDoneAtOnce) {
  OnlyDriver<NothingToDoFlow> driver;
  FlowRun run = driver.revoke({});
  EXPECT_EQ(run.start().kind, PATCHBAY_ACTION_DONE);
}

}  // namespace
