#include "actions/page_link.h"
#include "actions/pagination.h"
#include "actions_test_support.h"

namespace patchbay::actions {
namespace {

using manifest::Pagination;
using manifest::PaginationKind;
using test::parsed;

Pagination by_cursor(const std::string& path = "/next") {
  Pagination pagination;
  pagination.kind = PaginationKind::kCursor;
  pagination.next_path = path;
  pagination.cursor_param = "after";
  return pagination;
}

Pagination by_count(PaginationKind kind, std::uint32_t first) {
  Pagination pagination;
  pagination.kind = kind;
  pagination.cursor_param = "at";
  pagination.limit_param = "limit";
  pagination.limit_default = 10;
  pagination.limit_max = 50;
  pagination.first = first;
  return pagination;
}

const std::string kUrl = "https://api.acme.example/v1/people?team=x";

Result<std::optional<PagePosition>> after(const Pagination& pagination, const PagePosition& here,
                                          const std::string& answer, std::size_t records = 10) {
  const auto document = parsed(answer);
  return next_position(pagination, here, document.root(), records, kUrl);
}

TEST(Pagination, UsesTheDefaultPageSizeAndLowersOnesThatAreTooLarge) {
  const Pagination pagination = by_count(PaginationKind::kOffset, 1);
  EXPECT_EQ(first_position(pagination, 0).page_size, 10U);
  EXPECT_EQ(first_position(pagination, 7).page_size, 7U);
  EXPECT_EQ(first_position(pagination, 1000).page_size, 50U);
  EXPECT_EQ(first_position(pagination, 0).number, 1U);
}

TEST(Pagination, ReadsACursorWhateverItsType) {
  const Pagination pagination = by_cursor("/meta/next");
  const PagePosition first = first_position(pagination, 0);
  const auto text = after(pagination, first, R"({"meta":{"next":"abc"}})");
  ASSERT_TRUE(text && *text);
  EXPECT_EQ((*text)->cursor, "abc");
  const auto number = after(pagination, first, R"({"meta":{"next":42}})");
  ASSERT_TRUE(number && *number);
  EXPECT_EQ((*number)->cursor, "42");
  EXPECT_TRUE((*number)->cursor_is_number);
  for (const char* last :
       {R"({})", R"({"meta":{}})", R"({"meta":{"next":null}})", R"({"meta":{"next":""}})",
        R"({"meta":{"next":false}})", R"({"meta":{"next":0}})"}) {
    const auto none = after(pagination, first, last);
    ASSERT_TRUE(none) << last;
    EXPECT_FALSE(*none) << last;
  }
  for (const char* senseless :
       {R"({"meta":{"next":{}}})", R"({"meta":{"next":[1]}})", R"({"meta":{"next":true}})"})
    EXPECT_FALSE(after(pagination, first, senseless)) << senseless;
}

TEST(Pagination, CountsRecordsUntilTheTotalOrAShortPage) {
  Pagination pagination = by_count(PaginationKind::kOffset, 0);
  pagination.total_records_path = "/total";
  PagePosition here = first_position(pagination, 10);
  auto next = after(pagination, here, R"({"total":25})");
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->number, 10U);
  next = after(pagination, **next, R"({"total":25})");
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->number, 20U);
  next = after(pagination, **next, R"({"total":25})", 5);
  ASSERT_TRUE(next);
  EXPECT_FALSE(*next);
  // A page shorter than asked for is not the last one while the total says otherwise.
  next = after(pagination, here, R"({"total":25})", 3);
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->number, 3U);
  // Without a total, it is.
  EXPECT_TRUE(*after(pagination, here, "{}", 10));
  EXPECT_FALSE(*after(pagination, here, "{}", 9));
  EXPECT_FALSE(*after(pagination, here, R"({"total":25})", 0));
}

TEST(Pagination, CountsPages) {
  Pagination pagination = by_count(PaginationKind::kPage, 1);
  pagination.total_pages_path = "/pages";
  const PagePosition here = first_position(pagination, 0);
  auto next = after(pagination, here, R"({"pages":2})");
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->number, 2U);
  next = after(pagination, **next, R"({"pages":2})");
  ASSERT_TRUE(next);
  EXPECT_FALSE(*next);
}

TEST(Pagination, NoticesANextThatRepeats) {
  const Pagination pagination = by_cursor();
  const auto first = after(pagination, first_position(pagination, 0), R"({"next":"a"})");
  ASSERT_TRUE(first && *first);
  const auto again = after(pagination, **first, R"({"next":"a"})");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kProtocol);
}

TEST(Pagination, NoticesCirclesOfAnyLength) {
  const Pagination pagination = by_cursor();
  for (const int length : {2, 3, 7, 100}) {
    PagePosition here = first_position(pagination, 0);
    bool noticed = false;
    for (int i = 0; i < 4 * length && !noticed; ++i) {
      const auto next =
          after(pagination, here, R"({"next":"c)" + std::to_string(i % length) + "\"}");
      noticed = !next;
      if (next) here = **next;
    }
    EXPECT_TRUE(noticed) << "circle of " << length;
  }
}

TEST(Pagination, EndsAListThatNeverEnds) {
  const Pagination pagination = by_count(PaginationKind::kPage, 1);
  PagePosition here = first_position(pagination, 0);
  here.pages = kMaxPages - 1;
  EXPECT_FALSE(after(pagination, here, "{}"));
}

TEST(PageLink, ResolvesWhatStaysWithTheResource) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"https://api.acme.example/v1/people?cursor=c1",
       "https://api.acme.example/v1/people?cursor=c1"},
      {"https://API.acme.example:443/v1/people?cursor=c1",
       "https://api.acme.example/v1/people?cursor=c1"},
      {"/v1/people?cursor=c1", "https://api.acme.example/v1/people?cursor=c1"},
      {"?cursor=c1", "https://api.acme.example/v1/people?cursor=c1"},
  };
  for (const auto& [link, url] : cases) {
    const auto resolved = resolve_page_link(link, kUrl);
    ASSERT_TRUE(resolved) << link << ": " << resolved.error().message;
    EXPECT_EQ(*resolved, url);
  }
  EXPECT_TRUE(resolve_page_link("https://api.acme.example/v2/employments?cursor=1",
                                "https://api.acme.example/v2/persons/7/employments"));
}

TEST(PageLink, RefusesLinksThatLeadAway) {
  for (const char* link :
       {"https://evil.example/v1/people?cursor=c", "http://api.acme.example/v1/people?cursor=c",
        "https://api.acme.example:8443/v1/people", "//evil.example/v1/people",
        "https://api.acme.example@evil.example/v1/people", "https://api.acme.example.evil.example/",
        "https://api.acme.example/v1/salaries?cursor=c", "https://api.acme.example/v2/people",
        "https://api.acme.example/v1/people/7", "/v1/../people", "/v1/x%2Fpeople",
        "people?cursor=c", "/v1/people?cursor=a b", "javascript:alert(1)", "\\\\evil.example",
        "/v1/people#x", "/v1/admin/people", "https://api.acme.example/"}) {
    const auto resolved = resolve_page_link(link, kUrl);
    ASSERT_FALSE(resolved) << link << " became " << *resolved;
    EXPECT_EQ(resolved.error().code, ErrorCode::kProtocol);
  }
}

TEST(PageLink, MayLeadToWhereTheManifestSaysAndNowhereElse) {
  constexpr const char* kPath = "/v1/people/pages/{page}";
  for (const std::string& page :
       {kUrl, std::string("https://api.acme.example/v1/people/pages/one")})
    EXPECT_EQ(*resolve_page_link("/v1/people/pages/two-2000", page, kPath),
              "https://api.acme.example/v1/people/pages/two-2000");
  for (const char* link :
       {"/v1/people?cursor=c1", "/v1/people/pages", "/v1/people/pages/", "/v1/people/pages/a/b",
        "/v1/people/salaries/a", "/v1/people/pages/..", "/v1/people/pages/%2e%2e",
        "/v1/people/pages/a%2Fb", "/v1/people/pages/../../salaries/a",
        "https://evil.example/v1/people/pages/a", "//evil.example/v1/people/pages/a",
        "https://api.acme.example:8443/v1/people/pages/a"})
    EXPECT_FALSE(resolve_page_link(link, kUrl, kPath)) << link;
}

TEST(PageLink, TakesAKeyOutOfTheQuery) {
  EXPECT_EQ(without_query_parameter("https://a.example/x?a=1&api_key=s&b=2", "api_key"),
            "https://a.example/x?a=1&b=2");
  EXPECT_EQ(without_query_parameter("https://a.example/x?api%5Fkey=s", "api_key"),
            "https://a.example/x");
  EXPECT_EQ(without_query_parameter("https://a.example/x", "api_key"), "https://a.example/x");
}

}  // namespace
}  // namespace patchbay::actions
