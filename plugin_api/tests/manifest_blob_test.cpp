#include "patchbay/manifest_blob.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using patchbay::find_manifest;
using patchbay::ManifestBlobError;
using Bytes = std::vector<std::uint8_t>;

Bytes read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

Bytes blob(std::string_view json) {
  Bytes bytes(patchbay::kManifestMagic.begin(), patchbay::kManifestMagic.end());
  for (std::size_t i = 0; i < 8; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(json.size() >> (8 * i)));
  }
  const auto digest = patchbay::sdk::sha256(json);
  bytes.insert(bytes.end(), digest.begin(), digest.end());
  bytes.insert(bytes.end(), json.begin(), json.end());
  return bytes;
}

Bytes in_a_file(const Bytes& middle) {
  Bytes file(1000, 0x89);  // the magic's first byte, over and over
  file.insert(file.end(), middle.begin(), middle.end());
  file.insert(file.end(), 500, 0);
  return file;
}

TEST(ManifestBlob, IsFoundInALibraryWithoutOpeningIt) {
  const Bytes file = read(TOY_LIBRARY);
  ASSERT_FALSE(file.empty());
  const auto found = find_manifest(file);
  ASSERT_EQ(found.error, ManifestBlobError::none) << name_of(found.error);
  const Bytes manifest = read(TOY_MANIFEST);
  EXPECT_EQ(found.text(), std::string(manifest.begin(), manifest.end()));
}

TEST(ManifestBlob, IsFoundWhateverSurroundsIt) {
  const Bytes file = in_a_file(blob("{\"a\":1}"));
  EXPECT_EQ(find_manifest(file).text(), "{\"a\":1}");
  EXPECT_EQ(find_manifest(blob("")).error, ManifestBlobError::none);
}

TEST(ManifestBlob, IsNotFoundInOtherFiles) {
  EXPECT_EQ(find_manifest({}).error, ManifestBlobError::not_found);
  EXPECT_EQ(find_manifest(Bytes(10'000, 0x89)).error, ManifestBlobError::not_found);
  const Bytes magic_cut(patchbay::kManifestMagic.begin(), patchbay::kManifestMagic.end() - 1);
  EXPECT_EQ(find_manifest(magic_cut).error, ManifestBlobError::not_found);
}

TEST(ManifestBlob, CutAnywhereIsRefused) {
  const Bytes whole = blob("{\"a\":1}");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto expected = size < 32 ? ManifestBlobError::not_found : ManifestBlobError::truncated;
    EXPECT_EQ(find_manifest(cut).error, expected) << size;
  }
}

TEST(ManifestBlob, WithAnyBitFlippedIsRefused) {
  const Bytes whole = blob("{\"a\":1}");
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto found = find_manifest(flipped);
    EXPECT_NE(found.error, ManifestBlobError::none) << bit;
    EXPECT_TRUE(found.json.empty());
  }
}

TEST(ManifestBlob, OccurringTwiceIsRefused) {
  Bytes file = in_a_file(blob("{\"a\":1}"));
  const Bytes second = blob("{\"a\":2}");
  file.insert(file.end(), second.begin(), second.end());
  EXPECT_EQ(find_manifest(file).error, ManifestBlobError::duplicate);
}

TEST(ManifestBlob, OfAnAbsurdLengthIsRefused) {
  Bytes file = blob("{}");
  file[32 + 3] = 1;  // 16 MiB
  EXPECT_EQ(find_manifest(file).error, ManifestBlobError::too_large);
  file[32 + 7] = 0xff;
  EXPECT_EQ(find_manifest(file).error, ManifestBlobError::too_large);
}

}  // namespace
