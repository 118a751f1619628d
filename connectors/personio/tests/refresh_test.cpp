#include <gtest/gtest.h>

#include "personio_driver.h"

namespace {

using namespace personio::tests;

TEST(PersonioRefresh, MintsBothTokensAtOnce) {
  PersonioDriver driver;
  FlowRun run = driver.refresh(linked());
  const Seen asked = run.start();
  ASSERT_EQ(asked.requests.size(), 2U);
  EXPECT_EQ(asked.requests[0].url, "https://api.personio.de/v2/auth/token");
  EXPECT_EQ(asked.requests[1].url, "https://api.personio.de/v1/auth");
  const Seen seen = run.replies({token_v2(), token_v1()});
  ASSERT_EQ(seen.kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(values(seen.tokens), "v2 v1 ");
  EXPECT_TRUE(seen.granted.empty());  // nothing was proved anew
  EXPECT_TRUE(seen.notices.empty());
}

TEST(PersonioRefresh, UsesThePastedValuesTrimmedWithoutSayingSoAgain) {
  PersonioDriver driver;
  InputSpec input = linked();
  input.fields[0].second += "\n";
  FlowRun run = driver.refresh(input);
  EXPECT_EQ(run.start().requests.at(1).body,
            "client_id=" + kClientId + "&client_secret=" + kClientSecret);
  EXPECT_TRUE(run.replies({token_v2(), token_v1()}).notices.empty());
}

TEST(PersonioRefresh, GoesOnWithoutV1) {
  PersonioDriver driver;
  FlowRun run = driver.refresh(linked());
  run.start();
  const Seen seen = run.replies({token_v2(), html(500)});
  EXPECT_EQ(values(seen.tokens), "v2 ");
  EXPECT_TRUE(seen.has_notice("notice.v1_unavailable"));
}

TEST(PersonioRefresh, FailingHandsBackTheV1TokenItMinted) {
  PersonioDriver driver;
  FlowRun run = driver.refresh(linked());
  run.start();
  const Seen seen = run.replies({html(503), token_v1()});
  EXPECT_EQ(seen.failure, PATCHBAY_FAIL_TRANSIENT);
  EXPECT_EQ(values(seen.tokens), "v1 ");
}

TEST(PersonioRefresh, NeverHandsBackATokenThatIsStillInUse) {
  PersonioDriver driver;
  InputSpec input = linked();
  input.tokens[1].value = kTokenV1;  // v1 gives the same token for a day
  FlowRun run = driver.refresh(input);
  run.start();
  EXPECT_TRUE(run.replies({html(503), token_v1()}).tokens.empty());
}

TEST(PersonioRefresh, CancelledHandsBackWhatWasMinted) {
  PersonioDriver driver;
  FlowRun before = driver.refresh(linked());
  before.start();
  EXPECT_TRUE(before.cancel().tokens.empty());
  FlowRun with = driver.refresh(linked());
  with.start();
  EXPECT_EQ(values(with.cancel({token_v2(), token_v1()}).tokens), "v2 v1 ");
}

}  // namespace
