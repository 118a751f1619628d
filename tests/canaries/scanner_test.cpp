// The scanner finds what was planted, in each encoding, in each kind of place, and nothing else.
#include "canaries/scanner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "base/encoding.h"
#include "child_process.h"
#include "store/sqlite_database.h"
#include "temp_folder.h"

namespace patchbay::canaries {
namespace {

using integration::ChildProcess;
using integration::TempFolder;

// With characters that each of the encodings changes.
const Canary kCanary{"client secret", R"(canary/4f"7\k+9=Zq3x&81)"};

bool has(const Findings& findings, Encoding encoding) {
  return std::ranges::any_of(findings,
                             [&](const Finding& finding) { return finding.encoding == encoding; });
}

// Another program, which reads bytes and keeps them.
class Keeper {
 public:
  explicit Keeper(std::string_view bytes)
      : process_("/usr/bin/python3", {"-c",
                                      "import sys\n"
                                      "kept = bytes.fromhex(sys.stdin.readline())\n"
                                      "print('kept', flush=True)\n"
                                      "sys.stdin.read()"}) {
    process_.say(hex_encode(bytes));
    if (process_.line() != "kept") throw std::runtime_error("python3 does not run");
  }
  [[nodiscard]] pid_t pid() const { return process_.pid(); }

 private:
  ChildProcess process_;
};

class CanaryScanner : public testing::TestWithParam<Encoding> {
 protected:
  static std::vector<std::string> planted() { return shapes(kCanary.secret, GetParam()); }

  TempFolder folder;
  Scanner scanner{{kCanary}};
};

TEST_P(CanaryScanner, FindsItInTheMiddleOfAFile) {
  const std::string noise(100'000, '\x7f');
  std::filesystem::create_directory(folder / "audit");
  integration::write_bytes(folder / "backup.db", noise);
  for (const auto& bytes : planted()) {
    integration::write_bytes(folder / "audit/loop-0.jsonl", noise + bytes + noise);
    const auto found = scanner.scan_folder(folder.path());
    ASSERT_EQ(found.size(), 1U) << to_string(found);
    EXPECT_EQ(found[0].encoding, GetParam());
    EXPECT_EQ(found[0].offset, noise.size());
    EXPECT_EQ(found[0].where, folder / "audit/loop-0.jsonl");
  }
  EXPECT_GT(scanner.scanned(), 300'000U);
}

TEST_P(CanaryScanner, FindsItInADatabaseAndInItsWriteAheadLog) {
  const auto path = folder / "hub.db";
  {
    auto db = store::open_sqlite({.path = path});
    ASSERT_TRUE(db) << db.error().message;
    ASSERT_TRUE((*db)->execute("CREATE TABLE t (x BLOB)"));
    for (const auto& bytes : planted())
      ASSERT_TRUE((*db)->execute("INSERT INTO t VALUES (?)", {store::BlobView{bytes}}));
    EXPECT_TRUE(has(scanner.scan_file(path + "-wal"), GetParam()));
  }
  EXPECT_TRUE(has(scanner.scan_file(path), GetParam()));
}

TEST_P(CanaryScanner, FindsItInAProcessesMemory) {
  for (const auto& bytes : planted()) {
    const Keeper keeper(bytes);
    EXPECT_TRUE(has(scanner.scan_memory(keeper.pid()), GetParam()));
  }
}

INSTANTIATE_TEST_SUITE_P(All, CanaryScanner, testing::ValuesIn(kEncodings),
                         [](const auto& encoding) {
                           std::string name;
                           for (const char c : to_string(encoding.param))
                             if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
                           return name;
                         });

TEST(CanaryMemory, NothingIsFoundInAProcessThatHasNothing) {
  const Scanner scanner({kCanary});
  const Keeper keeper("something else that is kept");
  EXPECT_EQ(to_string(scanner.scan_memory(keeper.pid())), "");
  EXPECT_GT(scanner.scanned(), 1'000'000U);
}

// Whatever stands around it, and wherever in it the secret begins.
TEST(CanaryEncodings, Base64IsFoundAtEveryOffset) {
  const Scanner scanner({kCanary});
  for (std::size_t offset = 0; offset < 6; ++offset) {
    const auto text = std::string(offset, 'y') + kCanary.secret + "behind it";
    EXPECT_EQ(scanner.scan(base64_encode(text), "text").size(), 1U) << "offset " << offset;
  }
}

TEST(CanaryEncodings, NothingIsFoundWhereNothingIs) {
  const Scanner scanner({kCanary});
  const auto half = kCanary.secret.substr(0, kCanary.secret.size() / 2);
  EXPECT_TRUE(scanner.scan("a half: " + half + " and no more", "text").empty());
}

TEST(CanaryEncodings, EachOfSeveralIsNamed) {
  const Scanner scanner({kCanary, {"token", "another-canary-0815-4711"}});
  const auto found = scanner.scan(kCanary.secret + " another-canary-0815-4711", "text");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].canary, "client secret");
  EXPECT_EQ(found[1].canary, "token");
}

TEST(CanaryEncodings, WhatIsTooShortToBeToldFromChanceIsRefused) {
  EXPECT_THROW(Scanner({{"pin", "1234"}}), std::runtime_error);
}

}  // namespace
}  // namespace patchbay::canaries
