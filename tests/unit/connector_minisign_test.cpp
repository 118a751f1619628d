// Signatures that minisign made: they fit what was signed by that key, and nothing else.
#include <gtest/gtest.h>

#include "connector/trust/minisign.h"
#include "manifest_fixture.h"
#include "minisign_fixture.h"

namespace patchbay::connector {
namespace {

using manifest::replaced;

Result<> verify(std::string_view bytes, std::string_view signature,
                std::string_view key = kPublicKey) {
  return verify_minisign(bytes, parse_minisign_signature(signature).value(),
                         parse_minisign_key(key).value());
}

void expect_refused(const Result<>& result, std::string_view words) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(result.error().message.find(words), std::string::npos) << result.error().message;
}

TEST(Minisign, AKeyHasTheIdThatMinisignPrints) {
  EXPECT_EQ(parse_minisign_key(kPublicKey).value().id, "A7B2207770E65BD3");
  EXPECT_EQ(parse_minisign_key("RWTTW+ZwdyCyp+xuH6v6i2PAlj6doR9ptgshzdt6Lj1vEwyrlIkDBQZ1")->id,
            "A7B2207770E65BD3");
}

TEST(Minisign, ASignatureFitsWhatWasSigned) {
  const auto signature = parse_minisign_signature(kSignature).value();
  EXPECT_TRUE(signature.hashed);
  EXPECT_EQ(signature.key_id, "A7B2207770E65BD3");
  EXPECT_EQ(signature.trusted_comment, "release 1.2 of acme");
  EXPECT_TRUE(verify(kSigned, kSignature));
}

TEST(Minisign, ALegacySignatureFitsToo) {
  EXPECT_FALSE(parse_minisign_signature(kLegacySignature)->hashed);
  EXPECT_TRUE(verify(kSigned, kLegacySignature));
}

TEST(Minisign, LineEndsOfAnotherSystemDoNotMatter) {
  std::string text;
  for (const char c : kSignature) text += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_TRUE(verify(kSigned, text));
}

TEST(Minisign, AChangedFileIsRefused) {
  for (const auto signature : {kSignature, kLegacySignature}) {
    expect_refused(verify("A small file that is signed\n", signature), "does not fit the file");
    expect_refused(verify(std::string(kSigned) + "x", signature), "does not fit the file");
    expect_refused(verify("", signature), "does not fit the file");
  }
}

TEST(Minisign, AChangedTrustedCommentIsRefused) {
  expect_refused(verify(kSigned, replaced(std::string(kSignature), "1.2", "1.3")),
                 "trusted comment");
}

TEST(Minisign, TheCommentOfAnotherSignatureIsRefused) {
  const std::string one(kSignature);
  const std::string two(kLegacySignature);
  expect_refused(verify(kSigned, one.substr(0, one.find("trusted comment: release")) +
                                     two.substr(two.find("trusted comment: release"))),
                 "trusted comment");
}

TEST(Minisign, AnotherKeyIsRefusedByItsId) {
  expect_refused(verify(kSigned, kSignatureByOtherKey), "another key, 7AC691A5426BC732");
  EXPECT_TRUE(verify(kSigned, kSignatureByOtherKey, kOtherPublicKey));
}

TEST(Minisign, AnotherKeyUnderTheSameIdIsRefused) {
  auto key = parse_minisign_key(kOtherPublicKey).value();
  key.id = "A7B2207770E65BD3";
  expect_refused(verify_minisign(kSigned, parse_minisign_signature(kSignature).value(), key),
                 "does not fit the file");
}

TEST(Minisign, ALegacySignatureCannotPassAsAHashedOne) {
  auto signature = parse_minisign_signature(kLegacySignature).value();
  signature.hashed = true;
  EXPECT_FALSE(verify_minisign(kSigned, signature, parse_minisign_key(kPublicKey).value()));
}

TEST(Minisign, EveryFlippedBitOfASignatureIsRefused) {
  const auto key = parse_minisign_key(kPublicKey).value();
  const auto whole = parse_minisign_signature(kSignature).value();
  for (std::size_t bit = 0; bit < whole.signature.size() * 8; bit += 7) {
    auto broken = whole;
    broken.signature[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(verify_minisign(kSigned, broken, key)) << bit;
    broken = whole;
    broken.comment_signature[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(verify_minisign(kSigned, broken, key)) << bit;
  }
}

TEST(Minisign, TextThatIsNoSignatureIsRefused) {
  const std::string good(kSignature);
  for (const auto& text :
       {std::string(), std::string("untrusted comment: x"), good.substr(0, 40),
        good.substr(0, good.find("trusted comment: release")), good.substr(0, good.size() - 20),
        good.substr(good.find('\n') + 1), std::string(kPublicKey), replaced(good, "RUTT", "RVTT"),
        replaced(good, "RUTT", "RU!T"), replaced(good, "trusted comment: release", "release"),
        std::string(kMaxMinisignText, 'x') + good})
    EXPECT_FALSE(parse_minisign_signature(text)) << text.substr(0, 80);
}

TEST(Minisign, TextThatIsNoKeyIsRefused) {
  for (const auto& text :
       {std::string(), std::string("RW"), std::string(kSignature),
        std::string("untrusted comment: x\n"), replaced(std::string(kPublicKey), "RWTT", "RUTT"),
        std::string(kMaxMinisignText + 1, 'R')})
    EXPECT_FALSE(parse_minisign_key(text)) << text.substr(0, 80);
}

}  // namespace
}  // namespace patchbay::connector
