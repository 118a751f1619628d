// The library as it is dropped: one function, the manifest in its bytes, texts for every message.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "patchbay/manifest_blob.h"
#include "patchbay/sdk/json.h"
#include "personio_driver.h"

namespace {

std::string read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(PersonioLibrary, CarriesItsManifestOnceAndHandsOutTheSame) {
  const std::string file = read(PERSONIO_LIBRARY);
  const auto found =
      patchbay::find_manifest({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
  ASSERT_TRUE(found) << name_of(found.error);
  EXPECT_EQ(found.text(), read(PERSONIO_MANIFEST));
  const patchbay_str handed_out = personio::tests::PersonioDriver::table()->manifest;
  EXPECT_EQ(std::string(handed_out.ptr, handed_out.len), found.text());
}

TEST(PersonioLibrary, ExportsItsOneFunctionAndNothingElse) {
  std::FILE* nm = popen("nm -D --defined-only '" PERSONIO_LIBRARY "' | awk '{print $NF}'", "r");
  ASSERT_NE(nm, nullptr);
  std::string symbols;
  for (int c = std::fgetc(nm); c != EOF; c = std::fgetc(nm)) symbols += static_cast<char>(c);
  EXPECT_EQ(pclose(nm), 0);
  EXPECT_EQ(symbols, "patchbay_connector_query\n");
}

// The table in README.md is the contract with the manifest's texts.
std::set<std::string> documented() {
  const std::string text = read(PERSONIO_README);
  const std::regex id(R"(\| `((?:error|notice)\.[a-z0-9_]+)`)");
  std::set<std::string> ids;
  for (std::sregex_iterator it(text.begin(), text.end(), id), end; it != end; ++it) {
    ids.insert((*it)[1]);
  }
  return ids;
}

TEST(PersonioLibrary, HasATextInEveryLanguageForEveryMessage) {
  const std::set<std::string> ids = documented();
  EXPECT_GE(ids.size(), 30U);
  const std::string manifest = read(PERSONIO_MANIFEST);
  const patchbay::sdk::JsonDocument document(manifest);
  const auto* texts = patchbay::sdk::json_object(document.object(), "texts");
  ASSERT_NE(texts, nullptr);
  EXPECT_GE(texts->size(), 2U);
  for (const auto& language : *texts) {
    const auto* all = language.value().if_object();
    ASSERT_NE(all, nullptr);
    for (const std::string& id : ids) {
      EXPECT_TRUE(patchbay::sdk::json_text(all, id)) << language.key() << ' ' << id;
    }
  }
}

}  // namespace
