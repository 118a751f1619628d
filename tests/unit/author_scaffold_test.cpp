#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "author/scaffold.h"
#include "author/template_files.h"
#include "manifest/parse_alone.h"

namespace patchbay::author {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class ScaffoldTest : public testing::Test {
 protected:
  ScaffoldTest() { folder_ = ::mkdtemp(folder_.data()); }
  ~ScaffoldTest() override { fs::remove_all(folder_); }

  Result<std::vector<std::string>> write(const std::string& name, std::string_view kind) {
    const auto parsed = ConnectorName::parse(name);
    if (!parsed) return parsed.error();
    return write_connector(*parsed, kind, folder_ + "/" + name);
  }
  std::string read(const std::string& file) const {
    std::ifstream in(folder_ + "/" + file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  std::string folder_ = "/tmp/patchbay-scaffold-XXXXXX";
};

TEST_F(ScaffoldTest, EveryKindHasAManifestThatTheHubAccepts) {
  for (const auto& kind : connector_kinds()) {
    const std::string name = "big_hr" + std::to_string(entries());
    ASSERT_TRUE(write(name, kind.name)) << kind.name;
    const auto parsed = manifest::parse_manifest(read(name + "/manifest.json"));
    ASSERT_TRUE(parsed.ok()) << kind.name << ": " << parsed.problems.front().pointer << " "
                             << parsed.problems.front().message;
    EXPECT_EQ(parsed.manifest->id, name);
    EXPECT_THAT(read(name + "/manifest.json"), HasSubstr(R"("$schema": "./manifest.schema.json")"));
  }
}

TEST_F(ScaffoldTest, EveryKindHasAManifestThatNeedsNoCode) {
  for (const auto& kind : connector_kinds()) {
    const std::string id = "big_hr" + std::to_string(entries());
    const auto name = ConnectorName::parse(id);
    const auto files = write_manifest_alone(*name, kind.name, folder_ + "/" + id);
    ASSERT_TRUE(files) << kind.name;
    EXPECT_THAT(*files, testing::ElementsAre(id + ".json", "manifest.schema.json"));
    const auto parsed = manifest::parse_manifest_alone(read(id + "/" + id + ".json"));
    ASSERT_TRUE(parsed.ok()) << kind.name << ": " << parsed.problems.front().pointer << " "
                             << parsed.problems.front().message;
    EXPECT_EQ(parsed.manifest->id, id);
  }
}

TEST_F(ScaffoldTest, TheNameStandsEverywhere) {
  ASSERT_TRUE(write("acme_hr", "api-key"));
  const auto source = read("acme_hr/acme_hr.cpp");
  EXPECT_THAT(source, HasSubstr("class AcmeHrConnector"));
  EXPECT_THAT(source, HasSubstr("https://api.acme-hr.example/v1/me"));
  ASSERT_TRUE(write("globex", "basic"));
  for (const auto& file : fs::recursive_directory_iterator(folder_ + "/globex")) {
    EXPECT_THAT(file.path().string(), Not(HasSubstr("acme")));
    if (!file.is_regular_file() || file.path().filename() == "manifest.schema.json") continue;
    const auto text = read(fs::relative(file.path(), folder_));
    EXPECT_THAT(text, Not(HasSubstr("acme"))) << file.path();
    EXPECT_THAT(text, Not(HasSubstr("Acme"))) << file.path();
  }
}

TEST_F(ScaffoldTest, NothingIsWrittenOverAnything) {
  ASSERT_TRUE(write("acme", "api-key"));
  const auto again = write("acme", "basic");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_THAT(read("acme/manifest.json"), HasSubstr("x-api-key"));
  fs::create_directory(folder_ + "/empty");
  EXPECT_FALSE(write("empty", "api-key"));
  fs::create_symlink("/nowhere", folder_ + "/dangling");
  EXPECT_FALSE(write("dangling", "api-key"));
  EXPECT_EQ(entries(), 3U) << "a draft was left behind";
}

TEST_F(ScaffoldTest, AFullDiskLeavesNothingBehind) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit little{1'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  const auto written = write("acme", "api-key");
  ::setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kStorage);
  EXPECT_EQ(entries(), 0U);
}

TEST_F(ScaffoldTest, WhatCanBeStartedIsExecutable) {
  ASSERT_TRUE(write("acme", "bearer"));
  const auto mode = fs::status(folder_ + "/acme/try").permissions();
  EXPECT_NE(mode & fs::perms::owner_exec, fs::perms::none);
}

TEST(ConnectorName, SaysWhatANameMustBeLike) {
  for (const char* name : {"", "Acme", "1acme", "acme-hr", "acme/../etc", "acme_", "a__b", "ä",
                           "a_name_of_more_than_thirty_two_letters"}) {
    const auto parsed = ConnectorName::parse(name);
    ASSERT_FALSE(parsed) << name;
    EXPECT_THAT(parsed.error().message, HasSubstr("lower-case letters")) << name;
  }
  EXPECT_FALSE(ConnectorName::parse("patchbay"));
}

TEST(TemplateFiles, EveryKindIsThereAndNoFileBelongsToNone) {
  std::vector<std::string_view> kinds;
  for (const auto& file : template_files()) kinds.push_back(file.kind);
  for (const auto& kind : connector_kinds()) EXPECT_THAT(kinds, Contains(kind.name));
  for (const auto kind : kinds)
    EXPECT_TRUE(kind == "common" || kind == "manifest-only" ||
                std::ranges::any_of(connector_kinds(),
                                    [&](const auto& known) { return known.name == kind; }))
        << kind;
}

}  // namespace
}  // namespace patchbay::author
