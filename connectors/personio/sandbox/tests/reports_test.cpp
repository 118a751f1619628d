#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

class Reports : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    token = v2_token();
    const json::value list = get("").json().at("_data");
    unreadable = text(list.at(0), "id");
    grouped = text(list.at(1), "id");
    headcount = text(list.at(2), "id");
  }
  Reply get(const std::string& rest) { return client->get("/v2/reports" + rest, bearer(token)); }

  std::string token;
  std::string headcount;
  std::string grouped;
  std::string unreadable;
};

TEST_F(Reports, RowsMatchTheirColumns) {
  const json::value report = get("/" + headcount + "?limit=2&locale=de").json();
  const json::array& columns = report.at("_meta").at("columns").as_array();
  const json::array& rows = report.at("_data").as_array();
  ASSERT_EQ(rows.size(), 2U);
  ASSERT_EQ(rows[0].as_array().size(), columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    EXPECT_EQ(text(rows[0].at(i), "attribute_id"), text(columns[i], "name"));
  }
  EXPECT_EQ(text(report.at("report_config"), "id"), headcount);
}

TEST_F(Reports, CursorStandsAlone) {
  const json::value first = get("/" + headcount + "?limit=100").json();
  const std::string next = text(first.at("_meta").at("links").at("next"), "href").substr(23);
  EXPECT_EQ(client->get(next, bearer(token)).json().at("_data").as_array().size(), 100U);
  EXPECT_EQ(client->get(next + "&locale=de", bearer(token)).status, 400);
  EXPECT_EQ(client->get(next + "&limit=10", bearer(token)).status, 400);
}

TEST_F(Reports, FourHundredMeansManyThings) {
  EXPECT_EQ(text(problem(get("/" + grouped)), "detail"), "Unsupported nested type: null");
  EXPECT_EQ(text(problem(get("/" + unreadable)), "detail"),
            "Array contains no element matching the predicate.");
  const Reply unknown = get("/nowhere");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(text(unknown.json().at("errors").at(0), "detail"), "Report with nowhere not found.");
  token = v2_token(with_rights({{"employees", {.read = true}}}));
  const Reply refused = get("");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(text(problem(refused), "detail"), "Unauthorized token");
  EXPECT_EQ(get("/attributes").status, 400);
  EXPECT_EQ(get("/" + headcount).status, 400);
}

TEST_F(Reports, ShowEverybodyWhateverAttributesMayBeRead) {
  token = v2_token(with_rights({{"custom_reports", {.read = true}}}, std::set<std::string>{}));
  EXPECT_FALSE(text(get("/" + headcount).json().at("_data").at(0).at(0).at("string_value"), "value")
                   .empty());
}

TEST_F(Reports, AttributesAreListed) {
  EXPECT_EQ(text(get("/attributes").json().at("_data").at(0), "id"), "id");
}

}  // namespace
}  // namespace patchbay::personio_sandbox
