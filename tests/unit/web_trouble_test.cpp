// What stands on top of an account's page while it gets no new tokens as it should.
#include <gtest/gtest.h>

#include "store_test_support.h"
#include "web/account_view.h"
#include "web/explain_view.h"
#include "web/render.h"

namespace patchbay::web {
namespace {

// The account's page with what is found about it.
std::string account_page_with(explain::Finding finding, std::string_view tag = "en",
                              store::AccountStatus status = store::AccountStatus::kActive) {
  explain::Explanation made;
  made.account_id = "acc_1";
  made.connector_id = "acme";
  made.status = status;
  made.finding = finding;
  made.urgency = explain::Urgency::kWaits;
  made.serves = true;
  accounts::AccountDetail detail;
  detail.account = store::example_account();
  detail.account.status = status;
  View view = account_page(detail, 1, language(tag));
  put_trouble(view, made, language(tag));
  return render("account", view, language(tag));
}

TEST(WebTrouble, StandsOnTopOfThePageOfAnActiveAccount) {
  using explain::Finding;
  const auto says = [](const std::string& page, std::string_view piece) {
    return page.find(piece) != std::string::npos;
  };
  const auto down = account_page_with(Finding::kProviderDown);
  EXPECT_TRUE(says(down, "acme can&#39;t be reached")) << down;
  EXPECT_TRUE(says(down, "Meanwhile applications get the token that the hub holds."));
  EXPECT_TRUE(says(account_page_with(Finding::kProviderDown, "de"), "acme ist nicht erreichbar"));
  EXPECT_TRUE(says(account_page_with(Finding::kRefreshFails), "New tokens can&#39;t be fetched"));
  for (const auto other : {Finding::kFine, Finding::kIdle, Finding::kRenewing})
    EXPECT_FALSE(says(account_page_with(other), "Meanwhile applications"));
  EXPECT_FALSE(
      says(account_page_with(Finding::kProviderDown, "en", store::AccountStatus::kInactive),
           "Meanwhile applications"))
      << "another alert says why";
}

}  // namespace
}  // namespace patchbay::web
