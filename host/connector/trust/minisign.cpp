#include "connector/trust/minisign.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "base/encoding.h"

namespace patchbay::connector {
namespace {

constexpr std::string_view kUntrusted = "untrusted comment:";
constexpr std::string_view kTrusted = "trusted comment: ";

Error malformed(std::string why) {
  return make_error(ErrorCode::kInvalidArgument, std::move(why));
}

// Up to the line's end, without a carriage return; `text` moves on.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Stored as a little-endian number, printed as one.
std::string printed_id(std::string_view bytes) {
  std::string reversed(bytes.rbegin(), bytes.rend());
  std::string hex = hex_encode(reversed);
  std::transform(hex.begin(), hex.end(), hex.begin(),
                 [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return hex;
}

template <std::size_t N>
void copy_into(std::array<std::uint8_t, N>& to, std::string_view bytes) {
  std::memcpy(to.data(), bytes.data(), N);
}

bool ed25519_fits(std::string_view message, const std::array<std::uint8_t, 64>& signature,
                  const std::array<std::uint8_t, 32>& key) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()),
      &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  return pkey && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                          as_bytes(message).data(), message.size()) == 1;
}

std::string blake2b_512(std::string_view bytes) {
  std::string hash(64, '\0');
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(hash.data()), &size,
                 EVP_blake2b512(), nullptr) != 1 ||
      size != hash.size())
    hash.clear();
  return hash;
}

}  // namespace

Result<MinisignKey> parse_minisign_key(std::string_view text) {
  if (text.size() > kMaxMinisignText) return malformed("is too long for a minisign public key");
  auto line = take_line(text);
  if (line.starts_with(kUntrusted)) line = take_line(text);
  const auto bytes = base64_decode(line);
  if (!bytes || bytes->size() != 42 || !bytes->starts_with("Ed"))
    return malformed("is not a minisign public key (a .pub file, or the line that begins with RW)");
  MinisignKey key;
  key.id = printed_id(std::string_view(*bytes).substr(2, 8));
  copy_into(key.key, std::string_view(*bytes).substr(10));
  return key;
}

Result<MinisignSignature> parse_minisign_signature(std::string_view text) {
  if (text.size() > kMaxMinisignText) return malformed("is too long for a minisign signature");
  if (!take_line(text).starts_with(kUntrusted))
    return malformed("is not a minisign signature: it does not begin with an untrusted comment");
  const auto bytes = base64_decode(take_line(text));
  if (!bytes || bytes->size() != 74 || (!bytes->starts_with("ED") && !bytes->starts_with("Ed")))
    return malformed("is not a minisign signature: its second line is not one");
  const auto comment = take_line(text);
  if (!comment.starts_with(kTrusted)) return malformed("has no trusted comment");
  const auto over_comment = base64_decode(take_line(text));
  if (!over_comment || over_comment->size() != 64)
    return malformed("has no signature of its trusted comment");
  MinisignSignature signature;
  signature.hashed = bytes->starts_with("ED");
  signature.key_id = printed_id(std::string_view(*bytes).substr(2, 8));
  copy_into(signature.signature, std::string_view(*bytes).substr(10));
  signature.trusted_comment = comment.substr(kTrusted.size());
  copy_into(signature.comment_signature, *over_comment);
  return signature;
}

Result<> verify_minisign(std::string_view bytes, const MinisignSignature& signature,
                         const MinisignKey& key) {
  if (signature.key_id != key.id) return malformed("is made with another key, " + signature.key_id);
  const std::string hash = signature.hashed ? blake2b_512(bytes) : std::string();
  if (signature.hashed && hash.empty()) return malformed("can't be checked: no BLAKE2b here");
  if (!ed25519_fits(signature.hashed ? hash : bytes, signature.signature, key.key))
    return malformed("does not fit the file: one of the two was changed");
  std::string commented(as_text(signature.signature));
  commented += signature.trusted_comment;
  if (!ed25519_fits(commented, signature.comment_signature, key.key))
    return malformed("has a trusted comment that was changed");
  return {};
}

}  // namespace patchbay::connector
