#include "patchbay/sdk/text.h"

#include <gtest/gtest.h>

#include <string>

#include "patchbay/sdk/wipe.h"

namespace {

using namespace patchbay::sdk;

TEST(Text, TrimsWhatCopyingLeavesAroundAValueAndNothingInside) {
  EXPECT_EQ(trim(" \t\r\nabc d\n"), "abc d");
  EXPECT_EQ(trim("\xc2\xa0"
                 "abc\xe2\x80\x8b\xef\xbb\xbf"),
            "abc");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim("\xe2\x82\xac"), "\xe2\x82\xac");  // a euro sign begins with the same byte
}

TEST(Text, CutsBetweenCharactersOnly) {
  EXPECT_EQ(cut("a\xe2\x82\xac", 4), "a\xe2\x82\xac");
  EXPECT_EQ(cut("a\xe2\x82\xac", 3), "a");
  EXPECT_EQ(cut("\xe2\x82\xac", 1), "");
}

TEST(Text, EncodesFormsSoThatNothingEscapesItsPlace) {
  Arena arena;
  const NameValue parameters[] = {{"a b", "x&y=z+\xc3\xa4"}, {"empty", ""}};
  EXPECT_EQ(form_encode(arena, parameters), "a%20b=x%26y%3Dz%2B%C3%A4&empty=");
  EXPECT_EQ(with_query(arena, "https://a.test/p", parameters),
            "https://a.test/p?a%20b=x%26y%3Dz%2B%C3%A4&empty=");
  EXPECT_EQ(with_query(arena, "https://a.test/p?q=1", {}), "https://a.test/p?q=1");
}

TEST(Text, EncodesBase64AsRfc4648Shows) {
  Arena arena;
  for (const auto& [plain, encoded] : {NameValue{"", ""},
                                       {"f", "Zg=="},
                                       {"fo", "Zm8="},
                                       {"foo", "Zm9v"},
                                       {"foob", "Zm9vYg=="},
                                       {"fooba", "Zm9vYmE="},
                                       {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(base64(arena, plain, Base64::standard), encoded);
  }
  EXPECT_EQ(base64(arena, "\xfb\xff", Base64::url), "-_8");
  EXPECT_EQ(base64(arena, "\xfb\xff", Base64::standard), "+/8=");
}

TEST(Text, FindsTheHostOfAUrl) {
  EXPECT_EQ(host_of("https://api.toy.test/v1?x"), "api.toy.test");
  EXPECT_EQ(host_of("https://api.toy.test:8443"), "api.toy.test");
}

TEST(Text, TakesTheHostOfAnOriginAndOfNothingElse) {
  EXPECT_EQ(host_of_origin("https://acme.my.example"), "acme.my.example");
  EXPECT_EQ(host_of_origin("https://acme--uat.my.example/"), "acme--uat.my.example");
  for (const char* text : {"",
                           "https://",
                           "https:///",
                           "acme.my.example",
                           "http://acme.my.example",
                           "HTTPS://acme.my.example",
                           "//acme.my.example",
                           "https://acme.my.example:443",
                           "https://u@acme.my.example",
                           "https://acme.my.example/x",
                           "https://acme.my.example//",
                           "https://acme.my.example?x",
                           "https://acme.my.example#x",
                           "https://acme.my.example\\x",
                           "https://acme.my.example\n",
                           " https://acme.my.example",
                           "https://\xc3\xa4.my.example",
                           "https://acme%2emy.example",
                           "https://{x}.my.example",
                           "javascript:alert(1)"})
    EXPECT_EQ(host_of_origin(text), "") << text;
  EXPECT_EQ(host_of_origin("https://" + std::string(10'000, 'a')), "");
}

TEST(Text, FindsWholeWordsInScopeLists) {
  EXPECT_TRUE(has_word("a:read b:read", "b:read"));
  EXPECT_TRUE(has_word("a:read", "a:read"));
  EXPECT_FALSE(has_word("a:readwrite", "a:read"));
  EXPECT_FALSE(has_word("", "a:read"));
}

TEST(Text, ComparesSecretsByContent) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "ab"));
}

TEST(Arena, KeepsWhatItGaveOutWhileItGrows) {
  Arena arena;
  const std::string_view first = arena.text("first");
  const std::string_view large = arena.text(std::string(100'000, 'x'));
  for (int i = 0; i < 1000; ++i) arena.text("filling up the chunk");
  EXPECT_EQ(first, "first");
  EXPECT_EQ(large, std::string(100'000, 'x'));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(arena.array<std::uint64_t>(3).data()) % 8, 0U);
}

TEST(Arena, OverwritesWhatItGaveOutWhenReset) {
  Arena arena;
  const std::string_view secret = arena.text("secret");
  const char* place = secret.data();  // the first chunk is kept, so this stays readable
  arena.reset();
  EXPECT_EQ(std::string(place, 6), std::string(6, '\0'));
}

}  // namespace
