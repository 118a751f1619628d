#include "patchbay/sdk/coroutine.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "only.h"
#include "patchbay/sdk/failures.h"
#include "patchbay/sdk/json.h"

namespace {

using namespace patchbay::sdk;
using namespace patchbay::testing;
using patchbay::tests::OnlyDriver;

class Story : public CoroutineFlow {
 public:
  using CoroutineFlow::CoroutineFlow;

 protected:
  Task<> run() override {
    Request& prepared = get("https://api.toy.test/prepared").header("x-kept", "yes");
    // A reply in a condition, a ternary and a loop: what GCC 12 gets wrong.
    if ((co_await http(get("https://api.toy.test/first").bearer("T"))).status() != 200) {
      fail(Failure::credentials, "error.first", "First.");
      co_return;
    }
    std::size_t tries = 0;
    while (!(co_await http(prepared)).ok()) {
      ++tries;
      co_await wait(100 * tries);
    }
    const std::string_view name = co_await ask_name();
    const std::span<const Reply> both =
        co_await http({&post("https://api.toy.test/a"), &post("https://api.toy.test/b")});
    const Returned back = co_await redirect("https://id.toy.test/?state=s", "s");
    if (input().field("then") == "throw") throw std::runtime_error("thrown in run()");
    if (input().field("then") == "forget") co_return;
    const Returned more = co_await ask({"otp"}, "ask.otp", "Enter the code.");
    done()
        .fact("name", name)
        .fact("a", both[0].body())
        .fact("b", both[1].body())
        .fact("code", back["code"])
        .fact("otp", more["otp"])
        .fact("tries", decimal(action().arena(), static_cast<std::int64_t>(tries)));
  }

 private:
  Task<std::string_view> ask_name() {
    const Reply reply = co_await http(get("https://api.toy.test/name"));
    if (reply.status() == 418) throw std::runtime_error("thrown in a task");
    minted({.name = "t", .value = keep().text("minted-", reply.body())});
    co_return reply.body();
  }
};

Seen until_name(FlowRun& run) {
  run.start();
  run.replies({{.status = 200}});
  return run.replies({{.status = 200}});
}

TEST(Coroutine, TellsAWholeStoryFromTopToBottom) {
  OnlyDriver<Story> driver;
  FlowRun run = driver.connect({});
  Seen seen = run.start();
  EXPECT_EQ(seen.requests.at(0).header("authorization"), "Bearer T");
  seen = run.replies({{.status = 200}});
  EXPECT_EQ(seen.requests.at(0).url, "https://api.toy.test/prepared");
  for (std::uint64_t i = 1; i <= 2; ++i) {
    EXPECT_EQ(run.replies({{.status = 500}}).wait_ms, 100 * i);
    seen = run.timer();
    EXPECT_EQ(seen.requests.at(0).header("x-kept"), "yes");
  }
  EXPECT_EQ(run.replies({{.status = 200}}).requests.at(0).url, "https://api.toy.test/name");
  EXPECT_EQ(run.replies({{.status = 200, .body = "Ada"}}).requests.size(), 2U);
  EXPECT_EQ(
      run.replies({{.status = 200, .body = "1"}, {.status = 200, .body = "2"}}).redirect_state,
      "s");
  EXPECT_EQ(run.redirect({{"code", "c0"}}).asked.at(0), "otp");
  seen = run.input({}, {{"otp", "99"}});
  ASSERT_EQ(seen.kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(
      seen.facts,
      (Pairs{
          {"name", "Ada"}, {"a", "1"}, {"b", "2"}, {"code", "c0"}, {"otp", "99"}, {"tries", "2"}}));
}

TEST(Coroutine, FailsWhereItSaysSo) {
  OnlyDriver<Story> driver;
  FlowRun run = driver.connect({});
  run.start();
  EXPECT_EQ(run.replies({{.status = 401}}).message.id, "error.first");
}

TEST(Coroutine, ThatThrowsOrForgetsToDecideFails) {
  OnlyDriver<Story> driver;
  {
    FlowRun run = driver.connect({});
    until_name(run);
    const Seen seen = run.replies({{.status = 418}});
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_INTERNAL);
    EXPECT_EQ(seen.excerpt, "thrown in a task");
  }
  for (const char* then : {"throw", "forget"}) {
    FlowRun run = driver.connect({.fields = {{"then", then}}});
    until_name(run);
    run.replies({{.status = 200, .body = "Ada"}});
    run.replies({{.status = 200}, {.status = 200}});
    const Seen seen = run.redirect({});
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_INTERNAL) << then;
    EXPECT_EQ(seen.tokens.at(0).value, "minted-Ada") << then;
  }
}

TEST(Coroutine, CancelledAnywhereEndsAndHandsOverWhatItMinted) {
  OnlyDriver<Story> driver;
  for (int steps = 0; steps < 4; ++steps) {
    FlowRun run = driver.connect({});
    run.start();
    for (int i = 0; i < steps; ++i) {
      if (i < 3) run.replies({{.status = 200, .body = "Ada"}});
    }
    const Seen seen = steps == 2 ? run.cancel({{.status = 200, .body = "Bob"}}) : run.cancel();
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_CANCELLED) << steps;
    if (steps == 2) {
      EXPECT_EQ(seen.tokens.at(0).value, "minted-Bob");
    }
    if (steps == 3) {
      EXPECT_EQ(seen.tokens.at(0).value, "minted-Ada");
    }
    if (steps < 2) {
      EXPECT_TRUE(seen.tokens.empty());
    }
  }
}

TEST(Coroutine, ReleasedInTheMiddleLeavesNothingBehind) {
  OnlyDriver<Story> driver;
  FlowRun run = driver.connect({});
  until_name(run);
  run.release();  // the leak checker of the sanitizer build looks on
}

}  // namespace
