// What the picture of an account's health makes of the events that are kept.
#include <gtest/gtest.h>

#include "web/health_picture.h"
#include "web/render.h"

namespace patchbay::web {
namespace {

constexpr std::int64_t kDay = 24LL * 3'600'000;
constexpr std::int64_t kNow = 1'750'000'000'000;

struct Change {
  std::int64_t days_ago;
  const char* kind;
};

store::Account account_of(std::int64_t days, store::AccountStatus status,
                          std::int64_t changed_days_ago) {
  store::Account account;
  account.created = kNow - days * kDay;
  account.status = status;
  account.status_changed = kNow - changed_days_ago * kDay;
  return account;
}

// Newest first, as the store gives them.
std::vector<store::Event> history_of(const std::vector<Change>& oldest_first) {
  std::vector<store::Event> events;
  for (const auto& [days_ago, kind] : oldest_first)
    events.insert(events.begin(), {0, "prj_1", kind, "acc_1", "{}", kNow - days_ago * kDay});
  return events;
}

std::vector<std::string> words(const std::vector<HealthSpan>& spans) {
  std::vector<std::string> found;
  for (const auto& span : spans)
    found.push_back((span.status ? std::string(to_string(*span.status)) : "unknown") + " " +
                    std::to_string((kNow - span.begin) / kDay));
  return found;
}

using Words = std::vector<std::string>;
using enum store::AccountStatus;

TEST(HealthSpans, FollowTheEvents) {
  EXPECT_EQ(words(health_spans(account_of(10, kActive, 1),
                               history_of({{10, "account.created"},
                                           {6, "account.error"},
                                           {5, "account.recovered"},
                                           {2, "account.suspended"},
                                           {1, "account.resumed"}}),
                               kNow)),
            (Words{"active 10", "error 6", "active 5", "inactive 2", "active 1"}));
}

TEST(HealthSpans, BeginThirtyDaysAgoWithWhatWasThen) {
  EXPECT_EQ(words(health_spans(account_of(90, kError, 3),
                               history_of({{90, "account.created"},
                                           {40, "account.suspended"},
                                           {35, "account.resumed"},
                                           {3, "account.error"}}),
                               kNow)),
            (Words{"active 30", "error 3"}));
}

TEST(HealthSpans, SayWhatIsNotKnownAnyMore) {
  EXPECT_EQ(
      words(health_spans(account_of(90, kActive, 5), history_of({{5, "account.resumed"}}), kNow)),
      (Words{"unknown 30", "active 5"}));
}

TEST(HealthSpans, EndWithTheAccountsOwnStatus) {
  EXPECT_EQ(
      words(health_spans(account_of(8, kInactive, 2), history_of({{8, "account.created"}}), kNow)),
      (Words{"active 8", "inactive 2"}))
      << "an integration that was switched off";
  EXPECT_EQ(health_spans(account_of(-1, kActive, -1), {}, kNow).size(), 1U)
      << "a clock that went back";
}

TEST(HealthPicture, TellsInWordsWhatItShows) {
  accounts::AccountDetail detail;
  detail.account = account_of(10, kError, 4);
  detail.history = history_of({{10, "account.created"}, {4, "account.error"}});
  View page;
  page.view("health", health_picture(detail, kNow, language("en")));
  const auto html = render("health_picture", page, language("en"));
  EXPECT_NE(html.find("Active: 60 %, Needs attention: 40 %"), std::string::npos) << html;
  EXPECT_NE(html.find("class=\"error\" x=\"600\""), std::string::npos) << html;
  EXPECT_EQ(html.find("style="), std::string::npos);
}

}  // namespace
}  // namespace patchbay::web
