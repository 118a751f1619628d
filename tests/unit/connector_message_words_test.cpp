// A connector names a text by its id alone; who has no manifest at hand still gets words.
#include <gtest/gtest.h>

#include "connector/message_words.h"
#include "manifest/parse.h"
#include "manifest_fixture.h"

namespace patchbay::connector {
namespace {

struct MessageWordsTest : testing::Test {
  std::string words(const std::string& id, std::vector<NamedValue> args = {},
                    const std::string& fallback = {}) {
    const FlowMessage message{id, std::move(args), fallback, ""};
    FlowAction action;
    action.fail.emplace().message = message;
    action.ask_reason = message;
    action.notices = {message};
    fill_in_words(action, manifest);
    EXPECT_EQ(action.ask_reason->fallback, action.fail->message.fallback);
    EXPECT_EQ(action.notices[0].fallback, action.fail->message.fallback);
    return action.fail->message.fallback;
  }
  manifest::Manifest manifest = *manifest::parse_manifest(manifest::small_manifest()).manifest;
};

TEST_F(MessageWordsTest, AreTheManifestsEnglishTextWithItsArguments) {
  EXPECT_EQ(words("error.away", {{"host", "api.acme.example"}}), "api.acme.example is away.");
  EXPECT_EQ(words("warning"), "Careful with keys.");
}

TEST_F(MessageWordsTest, OfTheConnectorItselfAreLeftAlone) {
  EXPECT_EQ(words("error.away", {}, "Away."), "Away.");
}

TEST_F(MessageWordsTest, ThatTheManifestDoesNotHaveStayEmpty) {
  EXPECT_EQ(words("error.other"), "");
  EXPECT_EQ(words(""), "");
}

TEST_F(MessageWordsTest, DoNotGrowWithAHugeArgument) {
  EXPECT_EQ(words("error.away", {{"host", std::string(1001, 'x')}}), "{host} is away.");
}

}  // namespace
}  // namespace patchbay::connector
