#include "patchbay/sdk/json.h"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace patchbay::sdk;

TEST(Json, ReadsMembersOfTheRightTypeOnly) {
  const JsonDocument document(R"({"t":"x","n":5,"f":7.0,"s":"12","o":{"a":[1]},"b":true})");
  ASSERT_NE(document.object(), nullptr);
  EXPECT_EQ(json_text(document.object(), "t"), "x");
  EXPECT_FALSE(json_text(document.object(), "n"));
  EXPECT_FALSE(json_text(document.object(), "missing"));
  EXPECT_EQ(json_integer(document.object(), "n"), 5);
  EXPECT_EQ(json_integer(document.object(), "f"), 7);
  EXPECT_EQ(json_integer(document.object(), "s"), 12);
  EXPECT_FALSE(json_integer(document.object(), "t"));
  EXPECT_FALSE(json_integer(document.object(), "b"));
  EXPECT_NE(json_array(json_object(document.object(), "o"), "a"), nullptr);
  EXPECT_EQ(json_object(nullptr, "o"), nullptr);
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text : {"", "<html>", "{", "{} {}", "{\"a\":1,}", "\"\xff\"", "nul", "[1"}) {
    EXPECT_FALSE(JsonDocument(text).valid()) << text;
  }
}

TEST(Json, RefusesTextsBeyondItsLimits) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  EXPECT_FALSE(JsonDocument(deep).valid());
  EXPECT_TRUE(JsonDocument(deep, {.max_depth = 200}).valid());
  EXPECT_FALSE(JsonDocument("[1,2,3]", {.max_bytes = 4}).valid());
}

TEST(Json, SurvivesNumbersOfAnySize) {
  const JsonDocument document(R"({"n":1e999999999,"m":-1e308,"k":99999999999999999999999})");
  EXPECT_FALSE(json_integer(document.object(), "n"));
  EXPECT_FALSE(json_integer(document.object(), "m"));
  EXPECT_FALSE(json_integer(document.object(), "k"));
}

}  // namespace
