#include <gtest/gtest.h>

#include "web/language.h"

namespace patchbay::web {
namespace {

std::string accepted(std::string_view header) {
  return accepted_language(header).tag();
}

TEST(WebLanguage, FollowsAcceptLanguageByWeight) {
  EXPECT_EQ(accepted(""), "en");
  EXPECT_EQ(accepted("de"), "de");
  EXPECT_EQ(accepted("de-AT, en;q=0.9"), "de");
  EXPECT_EQ(accepted("fr, en;q=0.3, de;q=0.8"), "de");
  EXPECT_EQ(accepted("de;q=0.5,en-GB;q=0.51"), "en");
  EXPECT_EQ(accepted("DE"), "de");
  EXPECT_EQ(accepted("de;q=0, en;q=0.1"), "en");
}

TEST(WebLanguage, TakesEnglishForWhatItCannotReadOrDoesNotHave) {
  for (const char* header : {"fr, es", "*", ";;;", "de;q=0", ",,,", "d", "q=1"}) {
    EXPECT_EQ(accepted(header), "en") << header;
  }
  EXPECT_EQ(language("xx").tag(), "en");
}

TEST(WebLanguage, PrefersTheVisitorsChoice) {
  net::Request request;
  request.headers.add("Accept-Language", "de");
  request.headers.add("Cookie", "__Host-patchbay-language=en");
  EXPECT_EQ(language_of(request).tag(), "en");
  net::Request odd;
  odd.headers.add("Accept-Language", "de");
  odd.headers.add("Cookie", "__Host-patchbay-language=<script>");
  EXPECT_EQ(language_of(odd).tag(), "de");
}

TEST(WebLanguage, WritesDatesAndDurationsItsOwnWay) {
  const std::int64_t time = 1'772'546'700'000;  // 2026-03-03 14:05 UTC
  EXPECT_EQ(language("en").date_time(time), "3 Mar 2026, 14:05 UTC");
  EXPECT_EQ(language("de").date_time(time), "03.03.2026, 14:05 UTC");
  EXPECT_EQ(language("en").date_time(0), "");
  EXPECT_EQ(iso_time(time), "2026-03-03T14:05:00Z");
  EXPECT_EQ(language("en").duration(90'000), "2 minutes");
  EXPECT_EQ(language("de").duration(24LL * 3600 * 1000 * 7), "7 Tage");
  const std::int64_t hour = 3'600'000;
  EXPECT_EQ(language("en").relative(time + 23 * hour, time), "in 23 hours");
  EXPECT_EQ(language("de").relative(time - 72 * hour, time), "vor 3 Tagen");
  EXPECT_EQ(language("en").relative(time - 60'000, time), "1 minute ago");
  EXPECT_EQ(language("en").relative(time - 10, time), "just now");
}

TEST(WebLanguage, ShowsTheIdOfATextThatIsMissing) {
  EXPECT_EQ(language("en").text("no.such.text"), "no.such.text");
}

}  // namespace
}  // namespace patchbay::web
