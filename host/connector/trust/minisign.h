#pragma once
// Signatures in minisign's format, made with `minisign -S` and verified with OpenSSL: Ed25519 over
// the file or (the default since minisign 0.10) over its BLAKE2b-512 hash, and a second one over
// the trusted comment. Format: https://jedisct1.github.io/minisign/#signature-format
// Pure functions; any thread. Errors are kInvalidArgument and say what is wrong.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace patchbay::connector {

struct MinisignKey {
  std::string id;  // as minisign prints it: 16 hex digits, upper case
  std::array<std::uint8_t, 32> key{};
};

struct MinisignSignature {
  std::string key_id;
  bool hashed = true;  // over the BLAKE2b-512 hash of the file
  std::array<std::uint8_t, 64> signature{};
  std::string trusted_comment;
  std::array<std::uint8_t, 64> comment_signature{};
};

inline constexpr std::size_t kMaxMinisignText = 4096;

// A .pub file's text, or its second line alone.
Result<MinisignKey> parse_minisign_key(std::string_view text);
// A .minisig file's text.
Result<MinisignSignature> parse_minisign_signature(std::string_view text);
// Both signatures. kInvalidArgument when the key is another one or anything does not fit.
Result<> verify_minisign(std::string_view bytes, const MinisignSignature& signature,
                         const MinisignKey& key);

}  // namespace patchbay::connector
