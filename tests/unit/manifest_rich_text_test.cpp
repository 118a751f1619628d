#include <gtest/gtest.h>

#include "manifest/rich_text.h"
#include "manifest/text_rules.h"

namespace patchbay::manifest {
namespace {

using Spans = std::vector<Span>;
constexpr auto kText = Span::Kind::kText;
constexpr auto kStrong = Span::Kind::kStrong;
constexpr auto kCode = Span::Kind::kCode;
constexpr auto kLink = Span::Kind::kLink;

TEST(ManifestRichText, ReadsBoldCodeAndLinks) {
  EXPECT_EQ(
      parse_rich_text("Go to **Settings > API**, copy `papi-x`, see [docs](https://a.example/b)."),
      (Spans{{kText, "Go to ", ""},
             {kStrong, "Settings > API", ""},
             {kText, ", copy ", ""},
             {kCode, "papi-x", ""},
             {kText, ", see ", ""},
             {kLink, "docs", "https://a.example/b"},
             {kText, ".", ""}}));
}

TEST(ManifestRichText, LeavesHalfFinishedMarkupAsItIs) {
  for (const char* text :
       {"**", "****", "a ** b", "`", "``", "[x]", "[x](", "[](https://a.example)",
        "[x](javascript:alert(1))", "[x](http://a.example)", "]( )", "a * b"})
    EXPECT_EQ(parse_rich_text(text), (Spans{{kText, text, ""}})) << text;
  EXPECT_TRUE(parse_rich_text("").empty());
}

TEST(ManifestRichText, NeverLetsAnArgumentBecomeMarkup) {
  EXPECT_EQ(
      parse_rich_text("{who} said **{what}**",
                      {{"who", "[x](https://evil.example)"}, {"what", "`a` <b>{who}</b>"}}),
      (Spans{{kText, "[x](https://evil.example) said ", ""}, {kStrong, "`a` <b>{who}</b>", ""}}));
}

TEST(ManifestRichText, KeepsPlaceholdersNobodyFills) {
  EXPECT_EQ(plain_text(parse_rich_text("{a} {b} {", {{"b", "2"}})), "{a} 2 {");
}

TEST(ManifestRichText, AcceptsPlainHttpsLinksAlone) {
  for (const char* url :
       {"https://a.example", "https://a.example/x?y=1&z#frag", "https://a-b.c.example:8443/"})
    EXPECT_TRUE(is_safe_link(url)) << url;
  for (const char* url :
       {"", "http://a.example", "//a.example", "HTTPS://a.example", "javascript:alert(1)",
        "data:text/html,x", "https://", "https://a", "https:///x", "https://u:p@a.example/",
        "https://a.example/ x", "https://a.example/\"onclick=", "https://a.example/<",
        "https://1.2.3.4/", "https://[::1]/", "https://a.example:0/", "https://a.example:99999/",
        "https://a.example\\@b/", "https://\xc3\xa4.example/"})
    EXPECT_FALSE(is_safe_link(url)) << url;
}

TEST(ManifestTexts, FallBackFromRegionToLanguageToEnglish) {
  Texts texts;
  texts.set("en", "hello", "Hello **{who}**");
  texts.set("en", "bye", "Bye");
  texts.set("de", "hello", "Hallo **{who}**");
  EXPECT_EQ(texts.plain("de-AT", "hello", {{"who", "Jo"}}), "Hallo Jo");
  EXPECT_EQ(texts.plain("de", "bye"), "Bye");
  EXPECT_EQ(texts.plain("fr", "hello", {{"who", "Jo"}}), "Hello Jo");
  EXPECT_EQ(texts.plain("fr", "gone"), "gone");
  EXPECT_EQ(texts.languages(), (std::vector<std::string>{"de", "en"}));
}

TEST(ManifestTextRules, FindsHiddenCharacters) {
  for (const char* text :
       {"\x01", "\x7f", "\xc2\x85", "\xc2\xad", "\xd8\x9c", "\xe2\x80\x8b", "\xe2\x80\x8f",
        "\xe2\x80\xa8", "\xe2\x80\xae", "\xe2\x81\xa6", "\xef\xbb\xbf", "\xf3\xa0\x81\x81"})
    EXPECT_TRUE(has_unsafe_character(std::string("a") + text + "b"));
  for (const char* text : {"plain", "größer", "日本語", "😀", "→ ✓ – „x“"})
    EXPECT_FALSE(has_unsafe_character(text)) << text;
}

TEST(ManifestTextRules, KnowTheirShapes) {
  EXPECT_TRUE(is_id("a_1"));
  for (const char* text : {"", "A", "1a", "a-b", "a.b", "_a"}) EXPECT_FALSE(is_id(text)) << text;
  EXPECT_TRUE(is_text_id("field.client_id.label"));
  for (const char* text : {"", ".", "a.", ".a", "a..b"}) EXPECT_FALSE(is_text_id(text)) << text;
  for (const char* text : {"1.0.0", "0.1.0-rc.1"}) EXPECT_TRUE(is_version(text)) << text;
  for (const char* text : {"1.0", "1.0.0.0", "01.0.0", "1.0.0-", "v1.0.0", "1.0.0+x"})
    EXPECT_FALSE(is_version(text)) << text;
  EXPECT_TRUE(is_reserved_header("Proxy-Authorization"));
  EXPECT_TRUE(is_reserved_header("CONTENT-LENGTH"));
  EXPECT_FALSE(is_reserved_header("X-Personio-App-ID"));
}

TEST(ManifestTextRules, QuoteWithoutPassingAnythingOn) {
  EXPECT_EQ(in_quotes("a\"b\n\xe2\x80\xae"), "\"a?b????\"");
  EXPECT_EQ(in_quotes(std::string(100, 'x')).size(), 85U);
}

}  // namespace
}  // namespace patchbay::manifest
