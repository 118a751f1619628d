// What the base of all flows takes care of.
#include "patchbay/sdk/flow.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "only.h"

namespace {

using namespace patchbay::sdk;
using namespace patchbay::testing;
using patchbay::tests::OnlyDriver;

// Does what the field "do" says, step after step.
class Obedient : public Flow {
 public:
  using Flow::Flow;

 protected:
  void step(const Event& event, Action& action) override {
    const std::string_view what = input().field("do");
    if (event.kind() != EventKind::start) {
      minted({.name = "t", .value = "minted-token"});
      if (what == "throw later") throw std::runtime_error("lost: minted-token and key-123456");
      action.done().token({.name = "t", .value = "minted-token"});
      return;
    }
    if (what == "nothing") return;
    if (what == "throw") throw std::runtime_error("no luck with key-123456");
    if (what == "throw odd") throw 7;
    if (what == "throw memory") throw std::bad_alloc();
    if (what == "too many") {
      for (unsigned i = 0; i <= PATCHBAY_MAX_BATCH; ++i) action.get("https://api.toy.test/");
    } else if (what == "wait") {
      action.wait(1500);
    } else if (what == "redirect") {
      action.redirect("https://id.toy.test/?state=abc", "abc");
    } else if (what == "ask") {
      action.ask({"otp", "pin"}, "ask.otp", "Enter the code.").arg("n", std::int64_t{6});
    } else if (what == "notices") {
      trimmed("key", " x ");
      notice("notice.two", "Two.").arg("secret", "is key-123456\n");
      action.fail(Failure::protocol, "error.x", "It said key-123456.")
          .arg("said", "key-123456 and old-token")
          .excerpt("Bearer key-123456\x01 was refused");
    } else {
      action.get("https://api.toy.test/").secret();
    }
  }
};

InputSpec doing(const std::string& what) {
  return {.fields = {{"do", what}},
          .secrets = {{"key", "\nkey-123456 "}},
          .tokens = {{.name = "t", .value = "old-token"}}};
}

TEST(Flow, AnswersEveryKindOfActionWithItsEventAndNoOther) {
  OnlyDriver<Obedient> driver;
  const auto after_start = [&](const char* what, std::uint32_t kind) {
    FlowRun run = driver.connect(doing(what));
    EXPECT_NE(run.start().kind, PATCHBAY_ACTION_FAIL);
    return run.step(run.event(kind)).kind;
  };
  EXPECT_EQ(after_start("wait", PATCHBAY_EVENT_TIMER), PATCHBAY_ACTION_DONE);
  EXPECT_EQ(after_start("redirect", PATCHBAY_EVENT_REDIRECT), PATCHBAY_ACTION_DONE);
  EXPECT_EQ(after_start("ask", PATCHBAY_EVENT_INPUT), PATCHBAY_ACTION_DONE);
  for (const std::uint32_t kind :
       {PATCHBAY_EVENT_START, PATCHBAY_EVENT_REPLIES, PATCHBAY_EVENT_REDIRECT, 0U, 99U}) {
    EXPECT_EQ(after_start("wait", kind), PATCHBAY_ACTION_FAIL) << kind;
  }
}

TEST(Flow, FailsWhenRepliesAreMissingOrTooMany) {
  OnlyDriver<Obedient> driver;
  for (const std::size_t count : {0U, 2U}) {
    FlowRun run = driver.connect(doing("get"));
    run.start();
    const Seen seen = run.replies(std::vector<ReplySpec>(count, ReplySpec{.status = 200}));
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_INTERNAL) << count;
  }
}

TEST(Flow, DoesNothingMoreAfterItsEnd) {
  OnlyDriver<Obedient> driver;
  FlowRun run = driver.connect(doing("get"));
  run.start();
  EXPECT_EQ(run.replies({{.status = 200}}).kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(run.replies({{.status = 200}}).status, PATCHBAY_E_INVALID);
  EXPECT_EQ(run.cancel().status, PATCHBAY_E_INVALID);
}

TEST(Flow, TurnsFaultsOfTheConnectorIntoFailures) {
  OnlyDriver<Obedient> driver;
  for (const char* what : {"nothing", "throw", "throw odd", "too many"}) {
    FlowRun run = driver.connect(doing(what));
    const Seen seen = run.start();
    EXPECT_EQ(seen.status, PATCHBAY_OK) << what;
    EXPECT_EQ(seen.kind, PATCHBAY_ACTION_FAIL) << what;
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_INTERNAL) << what;
    EXPECT_EQ(seen.message.id, "error.internal") << what;
    EXPECT_FALSE(seen.excerpt.empty()) << what;
  }
  FlowRun run = driver.connect(doing("throw memory"));
  EXPECT_EQ(run.start().status, PATCHBAY_E_NO_MEMORY);
}

TEST(Flow, HandsOverMintedTokensWhenItFailsLater) {
  OnlyDriver<Obedient> driver;
  FlowRun run = driver.connect(doing("throw later"));
  run.start();
  const Seen seen = run.replies({{.status = 200}});
  EXPECT_EQ(seen.failure, PATCHBAY_FAIL_INTERNAL);
  ASSERT_EQ(seen.tokens.size(), 1U);
  EXPECT_EQ(seen.tokens[0].value, "minted-token");
  EXPECT_EQ(seen.excerpt, "lost: ************ and **********");
}

TEST(Flow, ReadsTheRepliesThatComeWithACancel) {
  OnlyDriver<Obedient> driver;
  FlowRun run = driver.connect(doing("get"));
  run.start();
  const Seen seen = run.cancel({{.status = 200}});
  EXPECT_EQ(seen.kind, PATCHBAY_ACTION_FAIL);
  EXPECT_EQ(seen.failure, PATCHBAY_FAIL_CANCELLED);
  EXPECT_TRUE(seen.requests.empty());
  ASSERT_EQ(seen.tokens.size(), 1U);
  EXPECT_EQ(seen.tokens[0].value, "minted-token");
}

TEST(Flow, IsCancelledAtAnyPointWithoutReplies) {
  OnlyDriver<Obedient> driver;
  for (const char* what : {"get", "wait", "redirect", "ask"}) {
    FlowRun run = driver.connect(doing(what));
    run.start();
    const Seen seen = run.cancel();
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_CANCELLED) << what;
    EXPECT_TRUE(seen.tokens.empty());
  }
  FlowRun unstarted = driver.connect(doing("get"));
  EXPECT_EQ(unstarted.cancel().failure, PATCHBAY_FAIL_CANCELLED);
}

TEST(Flow, BlotsSecretsOutOfEveryTextForPeople) {
  OnlyDriver<Obedient> driver;
  FlowRun run = driver.connect(doing("notices"));
  const Seen seen = run.start();
  EXPECT_EQ(seen.excerpt, "Bearer **********  was refused");
  EXPECT_EQ(seen.message.arg("said"), "********** and *********");
  EXPECT_EQ(seen.message.fallback, "It said **********.");
  ASSERT_EQ(seen.notices.size(), 2U);
  EXPECT_EQ(seen.notices[0].id, "notice.trimmed");
  EXPECT_EQ(seen.notices[0].field, "key");
  EXPECT_EQ(seen.notices[1].arg("secret"), "is ********** ");
  EXPECT_EQ(seen.dump().find("key-123456"), std::string::npos);
}

TEST(Flow, BlotsOutSecretsThatWereCutOffAndShortensAfterwards) {
  class Cut : public Flow {
   public:
    using Flow::Flow;

   protected:
    void step(const Event&, Action& action) override {
      const std::string_view secret = input().secret("key");
      action.fail(Failure::protocol, "error.x", "x")
          .arg("cut", secret.substr(0, 20))
          .arg("hint", secret.substr(0, 5))
          .arg("long", action.arena().text(std::string(190, 'x'), secret));
    }
  };
  OnlyDriver<Cut> driver;
  const std::string secret = "papi-0123456789abcdefghijklmnopqrstuvwxyz";
  FlowRun run = driver.connect({.secrets = {{"key", secret}}});
  const Seen seen = run.start();
  EXPECT_EQ(seen.message.arg("cut"), std::string(20, '*'));
  EXPECT_EQ(seen.message.arg("hint"), "papi-");  // a common prefix is not the secret
  EXPECT_EQ(seen.message.arg("long"), std::string(190, 'x') + std::string(10, '*'));
}

TEST(Flow, KeepsNoticesThroughAllSteps) {
  class Noticing : public Flow {
   public:
    using Flow::Flow;

   protected:
    void step(const Event& event, Action& action) override {
      if (event.kind() == EventKind::timer && ++timers_ == 3) {
        action.done();
        return;
      }
      if (event.kind() == EventKind::start) notice("notice.x", "Early words.").arg("a", "b");
      action.arena().text("something else in the memory of this step");
      action.wait(1);
    }

   private:
    int timers_ = 0;
  };
  OnlyDriver<Noticing> driver;
  FlowRun run = driver.connect({});
  EXPECT_TRUE(run.start().notices.empty());
  run.timer();
  run.timer();
  const Seen seen = run.timer();
  ASSERT_EQ(seen.notices.size(), 1U);
  EXPECT_EQ(seen.notices[0].fallback, "Early words.");
  EXPECT_EQ(seen.notices[0].arg("a"), "b");
}

TEST(Flow, DescribesRedirectsAndQuestions) {
  OnlyDriver<Obedient> driver;
  FlowRun redirect = driver.connect(doing("redirect"));
  Seen seen = redirect.start();
  EXPECT_EQ(seen.kind, PATCHBAY_ACTION_REDIRECT);
  EXPECT_EQ(seen.redirect_state, "abc");
  FlowRun ask = driver.connect(doing("ask"));
  seen = ask.start();
  EXPECT_EQ(seen.kind, PATCHBAY_ACTION_INPUT);
  EXPECT_EQ(seen.asked, (std::vector<std::string>{"otp", "pin"}));
  EXPECT_EQ(seen.ask_reason.arg("n"), "6");
  FlowRun wait = driver.connect(doing("wait"));
  EXPECT_EQ(wait.start().wait_ms, 1500U);
}

}  // namespace
