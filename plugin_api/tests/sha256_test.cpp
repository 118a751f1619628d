#include "patchbay/sdk/sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace {

using patchbay::sdk::sha256;

std::string hex(const patchbay::sdk::Sha256Digest& digest) {
  std::string text;
  for (const unsigned byte : digest) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

// FIPS 180-4 example values, as published by NIST.
TEST(Sha256, GivesThePublishedValues) {
  EXPECT_EQ(hex(sha256(std::string_view(""))),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256(std::string_view("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      hex(sha256(std::string_view("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(
      hex(sha256(std::string_view("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
                                  "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"))),
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(hex(sha256(std::string_view(std::string(1'000'000, 'a')))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, WorksInConstantExpressions) {
  static_assert(sha256(std::string_view("abc"))[0] == 0xba);
}

TEST(Sha256, DiffersForEveryLengthAroundABlock) {
  std::string last;
  for (std::size_t length = 50; length < 70; ++length) {
    const std::string digest = hex(sha256(std::string_view(std::string(length, 'x'))));
    EXPECT_NE(digest, last);
    last = digest;
  }
}

}  // namespace
