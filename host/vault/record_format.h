#pragma once
// The bytes of a sealed record:
//
//   1   version (1)
//   1   length n of the data key's id
//   n   data key id
//   8   place mark: the first bytes of SHA-256 over the encoded place. Guards nothing, the place
//       is authenticated below; it lets an error tell a moved record from a damaged one.
//   12  nonce, random
//   ..  AES-256-GCM ciphertext, as long as the plaintext
//   16  tag
//
// Associated data: the record's bytes before the nonce, then the encoded place. The place is
// encoded as table, project id, row id and column, each with its length in front (4 bytes, big
// endian), and the generation (8 bytes, big endian): no two places encode alike.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vault/vault.h"

namespace patchbay::vault::record {

inline constexpr char kVersion = 1;
inline constexpr std::size_t kPlaceMarkBytes = 8;
inline constexpr std::size_t kMaxKeyId = 255;

std::string encode_place(const Place& place);

// Version, key id and place mark.
std::string header(std::string_view key_id, std::string_view encoded_place);

// Borrowed slices of a record; nullopt if it is too short or of another version.
struct Parts {
  std::string_view header;
  std::string_view key_id;
  std::string_view place_mark;
  std::string_view nonce;
  std::string_view sealed;  // ciphertext and tag
};
std::optional<Parts> split(std::string_view record);

}  // namespace patchbay::vault::record
