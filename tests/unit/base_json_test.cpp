// The JSON parser: what it takes, what it refuses, and whose memory the values stand in.
#include <gtest/gtest.h>

#include <string>

#include "base/json.h"

namespace patchbay::json {
namespace {

bool is_taken(std::string_view text) {
  return Document::parse(text).has_value();
}

TEST(Json, TakesTextsApart) {
  const auto document = Document::parse(
      R"( {"plain": "a", "quotes": "say \"b\"", "path": "C:\\", "smile": "\ud83d\ude00", "eight": "äöüßéèêë"} )");
  ASSERT_TRUE(document);
  const auto root = document->root();
  EXPECT_EQ(root.get("plain").as_string(), "a");
  EXPECT_EQ(root.get("quotes").as_string(), "say \"b\"");
  EXPECT_EQ(root.get("path").as_string(), "C:\\");
  EXPECT_EQ(root.get("smile").as_string(), "\xF0\x9F\x98\x80");
  EXPECT_EQ(root.get("eight").as_string(), "äöüßéèêë");
}

TEST(Json, KeepsAnEscapedNulWithinAText) {
  const auto document = Document::parse(R"(["a\u0000b"])");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().at(0).as_string(), std::string_view("a\0b", 3));
}

TEST(Json, NeedsNothingOfTheTextItWasMadeFrom) {
  std::string text = R"({"name": "a text that is longer than what a value holds itself"})";
  auto document = Document::parse(text);
  ASSERT_TRUE(document);
  text.assign(text.size(), 'x');
  const Document moved = *std::move(document);
  EXPECT_EQ(moved.root().get("name").as_string(),
            "a text that is longer than what a value holds itself");
}

TEST(Json, RefusesWhatIsNoJson) {
  for (const std::string_view text :
       {"", " ", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "[1] 2", "'a'", "nul", "01", "\"a", "\"a\\",
        "\"\\ud800\"", "\"\\ud800x\"", "\"a\nb\"", "// a\n1"})
    EXPECT_FALSE(is_taken(text)) << text;
}

TEST(Json, RefusesANul) {
  EXPECT_FALSE(is_taken(std::string_view("1\0", 2)));
  EXPECT_FALSE(is_taken(std::string_view("[1]\0[2]", 7)));
  EXPECT_FALSE(is_taken(std::string_view("\"a\0b\"", 5)));
}

TEST(Json, RefusesWhatIsNoUtf8WhereverItStands) {
  for (std::size_t at = 0; at < 20; ++at) {
    std::string text = "\"" + std::string(20, 'a') + "\"";
    text[at + 1] = '\xFF';
    EXPECT_FALSE(is_taken(text)) << at;
    text[at + 1] = '\xC3';  // and nothing that continues it
    EXPECT_FALSE(is_taken(text)) << at;
  }
  EXPECT_FALSE(is_taken("\"\xC0\xAF\""));          // longer than it needs to be
  EXPECT_FALSE(is_taken("\"\xED\xA0\x80\""));      // half a pair
  EXPECT_FALSE(is_taken("\"\xF4\x90\x80\x80\""));  // past the last character
}

TEST(Json, RefusesWhatIsNestedDeeplyButNotBracketsInTexts) {
  const std::string deep(64, '[');
  EXPECT_TRUE(is_taken(deep + std::string(64, ']')));
  EXPECT_FALSE(is_taken("[" + deep + std::string(65, ']')));
  EXPECT_TRUE(is_taken("\"" + std::string(1000, '[') + "\""));
  EXPECT_TRUE(is_taken("\"\\\"" + std::string(1000, '[') + "\""));
}

TEST(Json, RefusesAKeyTwiceHoweverItIsWritten) {
  EXPECT_FALSE(is_taken(R"({"a": 1, "a": 2})"));
  EXPECT_FALSE(is_taken(R"({"a": 1, "\u0061": 2})"));
}

TEST(Json, KeepsNumbersAsTheyAre) {
  const auto document = Document::parse("[9007199254740993, -1, 0.1, 1e3, 9223372036854775807]");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().dump(), "[9007199254740993,-1,0.1,1000.0,9223372036854775807]");
}

}  // namespace
}  // namespace patchbay::json
