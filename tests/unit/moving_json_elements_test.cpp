// The objects of an export in JSON, whole, broken and hostile.
#include <gtest/gtest.h>

#include <sstream>

#include "moving/json_elements.h"

namespace patchbay::moving {
namespace {

constexpr std::size_t kLongest = 100;
using Texts = std::vector<std::string>;

struct Read {
  Texts texts;  // "(too long)" for those that are
  std::vector<std::int64_t> lines = {};
  std::string error;
};

Read read(const std::string& text) {
  std::istringstream in(text);
  JsonElements elements(in, {"connections", "data"}, kLongest);
  Read all;
  for (;;) {
    const auto element = elements.next();
    if (!element) {
      all.error = element.error().message;
      EXPECT_EQ(element.error().code, ErrorCode::kInvalidArgument);
      return all;
    }
    if (!*element) return all;
    all.texts.emplace_back((*element)->too_long ? "(too long)" : (*element)->text.reveal());
    all.lines.push_back((*element)->line);
  }
}

TEST(JsonElements, AreFoundInEveryShapeThatAnExportHas) {
  const Texts wanted{R"({"a":1})", R"({"b":{"c":[{}]}})"};
  EXPECT_EQ(read(R"([{"a":1},{"b":{"c":[{}]}}])").texts, wanted);
  EXPECT_EQ(read(R"( [ {"a":1} , {"b":{"c":[{}]}} ] )").texts, wanted);
  EXPECT_EQ(read(R"({"connections":[{"a":1},{"b":{"c":[{}]}}],"next":{"x":[1]}})").texts, wanted);
  EXPECT_EQ(read(R"({ "data" : [{"a":1},{"b":{"c":[{}]}}]})").texts, wanted);
  EXPECT_EQ(read("{\"a\":1}\n{\"b\":{\"c\":[{}]}}\n").texts, wanted) << "one behind the other";
  EXPECT_EQ(read(R"([{"a":1}][{"b":{"c":[{}]}}])").texts, wanted) << "pages, one after the other";
  EXPECT_EQ(read(R"({"a":1}{"data":[{"b":{"c":[{}]}}]})").texts, wanted);
}

TEST(JsonElements, OfNothingAreNone) {
  for (const char* text : {"", " \n", "[]", "[ ]", R"({"data":[]})", "[][]"}) {
    EXPECT_TRUE(read(text).texts.empty()) << text;
    EXPECT_TRUE(read(text).error.empty()) << text << ": " << read(text).error;
  }
}

TEST(JsonElements, AnObjectThatIsNoListIsLeftAsItIs) {
  for (const std::string text : {R"({})", R"({"data":{}})", R"({"data":"["})", R"({ "x" : [1]})",
                                 R"({"data" : null})", R"({"connectionsX":[]})"})
    EXPECT_EQ(read(text).texts.size(), 1U) << text;
}

TEST(JsonElements, BracesAndQuotesWithinTextsDoNotCount) {
  const std::string odd = R"({"a":"}]\"{[\\"})";
  EXPECT_EQ(read("[" + odd + "," + odd + "]").texts, (Texts{odd, odd}));
}

TEST(JsonElements, TellTheLineTheyBeginIn) {
  EXPECT_EQ(read("[\n{\n},\n\n{}]").lines, (std::vector<std::int64_t>{2, 5}));
  EXPECT_EQ(read("{\n\"data\":[\n{}]}").lines, (std::vector<std::int64_t>{3}));
  EXPECT_NE(read("[\n{},\n7]").error.find("line 3: "), std::string::npos);
}

TEST(JsonElements, OneThatIsTooLongIsPassedOverWithoutBeingKept) {
  const std::string big = R"({"a":")" + std::string(10'000, 'x') + R"("})";
  EXPECT_EQ(read("[{}," + big + ",{}]").texts, (Texts{"{}", "(too long)", "{}"}));
  const std::string deep = std::string(1000, '[') + std::string(1000, ']');
  EXPECT_EQ(read(R"([{"a":)" + deep + "},{}]").texts, (Texts{"(too long)", "{}"}));
}

TEST(JsonElements, AKeyWithoutEndIsNotCollected) {
  EXPECT_NE(read("{\"" + std::string(10'000, 'k')).error.find("key"), std::string::npos);
}

// Cut off anywhere, an export is either what it was up to there, or refused. Nothing is made up.
TEST(JsonElements, CutOffAtEveryByteGiveNoOtherElements) {
  for (const std::string& whole :
       {std::string(R"([{"a":"x\"}"},{"b":[1,{}]}])"),
        std::string(R"({"connections":[{"a":"x\"}"},{"b":[1,{}]}],"more":{"c":"}"}})"),
        std::string("{\"a\":\"x\\\"}\"}\n{\"b\":[1,{}]}")}) {
    const Texts wanted{R"({"a":"x\"}"})", R"({"b":[1,{}]})"};
    EXPECT_EQ(read(whole).texts, wanted);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto all = read(whole.substr(0, size));
      ASSERT_LE(all.texts.size(), wanted.size());
      for (std::size_t i = 0; i < all.texts.size(); ++i) EXPECT_EQ(all.texts[i], wanted[i]) << size;
    }
  }
}

TEST(JsonElements, WithAnyByteChangedEndInBoundsAndWithoutRepeatingIt) {
  const std::string whole = R"({"data":[{"a":"sesame"},{"b":[1,{}]}],"more":{"c":"}"}})";
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const char c : {'{', '}', '[', ']', '"', '\\', ',', 'x', '\0', '\xff'}) {
      auto changed = whole;
      changed[at] = c;
      const auto all = read(changed);
      EXPECT_LE(all.texts.size(), 4U) << changed;
      EXPECT_EQ(all.error.find("sesame"), std::string::npos) << all.error;
    }
}

TEST(JsonElements, WhatIsNoListOfObjectsIsRefused) {
  for (const char* text : {"7", "\"x\"", "[1]", "[[{}]]", "<html>", "[{}", "]"})
    EXPECT_FALSE(read(text).error.empty()) << text;
}

}  // namespace
}  // namespace patchbay::moving
