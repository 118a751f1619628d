// Finds the manifest that is embedded in a connector library, in the file's bytes, without opening
// the library. Works alike on ELF, PE and Mach-O, because the manifest is one constant array:
//
//   32 bytes  magic (kManifestMagic)
//    8 bytes  length of the JSON, little-endian
//   32 bytes  SHA-256 of the JSON
//    n bytes  the JSON, UTF-8
//
// The bytes are untrusted: every offset is checked. Any thread, no allocation, no ownership: the
// result borrows from `file`.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "patchbay/sdk/sha256.h"

namespace patchbay {

inline constexpr std::size_t kManifestMagicSize = 32;
inline constexpr std::size_t kManifestHeaderSize = kManifestMagicSize + 8 + 32;
inline constexpr std::size_t kManifestMaxSize = std::size_t{4} << 20U;

// Chosen like PNG's: not text, and broken by transfers that change line ends or drop bit 7. The
// second half is random. plugin_api/tools/embed_manifest.py holds the same bytes.
inline constexpr std::array<std::uint8_t, kManifestMagicSize> kManifestMagic = {
    0x89, 'P',  'A',  'T',  'C',  'H',  'B',  'A',  'Y',  '-',  'M',  'F',  '\r', '\n', 0x1a, '\n',
    0xd7, 0x3e, 0x91, 0x0c, 0xe8, 0x5b, 0xf2, 0x46, 0xa9, 0x1d, 0xb4, 0x6f, 0x83, 0xc0, 0x2a, 0x75};

enum class ManifestBlobError {
  none,
  not_found,  // no magic: not a Patchbay connector
  truncated,  // the file ends before the manifest does
  too_large,  // the manifest claims more than kManifestMaxSize
  bad_hash,   // the JSON is not the one that was embedded
  duplicate,  // the magic occurs twice: which one counts is open to argument
};

inline std::string_view name_of(ManifestBlobError error) {
  switch (error) {
    case ManifestBlobError::none:
      return "none";
    case ManifestBlobError::not_found:
      return "not_found";
    case ManifestBlobError::truncated:
      return "truncated";
    case ManifestBlobError::too_large:
      return "too_large";
    case ManifestBlobError::bad_hash:
      return "bad_hash";
    case ManifestBlobError::duplicate:
      return "duplicate";
  }
  return "unknown";
}

struct ManifestBlob {
  ManifestBlobError error = ManifestBlobError::not_found;
  std::span<const std::uint8_t> json;  // empty unless error is none

  explicit operator bool() const { return error == ManifestBlobError::none; }
  std::string_view text() const {
    return {reinterpret_cast<const char*>(json.data()), json.size()};
  }
};

// The place of the magic at or after `from`, or file.size().
inline std::size_t find_manifest_magic(std::span<const std::uint8_t> file, std::size_t from) {
  while (file.size() - from >= kManifestMagicSize) {
    const void* hit = std::memchr(file.data() + from, kManifestMagic[0],
                                  file.size() - from - (kManifestMagicSize - 1));
    if (hit == nullptr) break;
    from = static_cast<std::size_t>(static_cast<const std::uint8_t*>(hit) - file.data());
    if (std::equal(kManifestMagic.begin(), kManifestMagic.end(), file.data() + from)) return from;
    ++from;
  }
  return file.size();
}

inline ManifestBlob find_manifest(std::span<const std::uint8_t> file) {
  const std::size_t start = find_manifest_magic(file, 0);
  if (start == file.size()) return {ManifestBlobError::not_found, {}};
  if (find_manifest_magic(file, start + kManifestMagicSize) != file.size()) {
    return {ManifestBlobError::duplicate, {}};
  }
  const std::span<const std::uint8_t> blob = file.subspan(start);
  if (blob.size() < kManifestHeaderSize) return {ManifestBlobError::truncated, {}};
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = (length << 8U) | blob[kManifestMagicSize + i];
  if (length > kManifestMaxSize) return {ManifestBlobError::too_large, {}};
  if (length > blob.size() - kManifestHeaderSize) return {ManifestBlobError::truncated, {}};
  const auto json = blob.subspan(kManifestHeaderSize, static_cast<std::size_t>(length));
  const sdk::Sha256Digest digest = sdk::sha256(json);
  const auto stored = blob.subspan(kManifestMagicSize + 8, digest.size());
  if (!std::equal(digest.begin(), digest.end(), stored.begin())) {
    return {ManifestBlobError::bad_hash, {}};
  }
  return {ManifestBlobError::none, json};
}

}  // namespace patchbay
