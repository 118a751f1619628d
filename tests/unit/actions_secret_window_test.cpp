// Secrets in a text that comes in parts.
#include <gtest/gtest.h>

#include "actions/secret_window.h"

namespace patchbay::actions {
namespace {

std::string passed(const std::string& text, std::size_t part,
                   const std::vector<std::string_view>& secrets) {
  SecretWindow window(secrets);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += part) out += window.pass(text.substr(at, part));
  return out + window.finish();
}

TEST(SecretWindow, CoversASecretHoweverTheTextIsCut) {
  const std::string text = "begin tok-secret middle tok-secrtok-secret tok-secret";
  const std::string expected = "begin ********** middle tok-secr********** **********";
  for (std::size_t part = 1; part <= text.size(); ++part)
    EXPECT_EQ(passed(text, part, {"tok-secret"}), expected) << part;
}

TEST(SecretWindow, CoversSecretsThatOverlap) {
  for (std::size_t part = 1; part <= 12; ++part) {
    EXPECT_EQ(passed("xabcdefx", part, {"abcd", "cdef"}), "x******x") << part;
    EXPECT_EQ(passed("xabababx", part, {"abab"}), "x******x") << part;
    EXPECT_EQ(passed("xabcdefx", part, {"bcd", "abcdef"}), "x******x") << part;
  }
}

TEST(SecretWindow, LeavesWhatOnlyBeginsLikeOne) {
  for (std::size_t part = 1; part <= 8; ++part)
    EXPECT_EQ(passed("tok-secretly? tok-secre", part, {"tok-secret"}), "**********ly? tok-secre");
  EXPECT_EQ(passed("all of it", 4, {}), "all of it");
  EXPECT_EQ(passed("all of it", 4, {""}), "all of it");
}

TEST(SecretWindow, KeepsBackNoMoreThanTheBeginningOfASecret) {
  SecretWindow window({"tok-secret"});
  EXPECT_EQ(window.pass("some text"), "some tex") << "it may be the t of a secret";
  EXPECT_EQ(window.pass(" and more"), "t and more");
  EXPECT_EQ(window.pass("tok-"), "");
  EXPECT_EQ(window.pass("en"), "tok-en");
  EXPECT_EQ(window.finish(), "");
}

}  // namespace
}  // namespace patchbay::actions
