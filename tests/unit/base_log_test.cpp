#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "base/json.h"
#include "base/log_setup.h"

namespace patchbay::log {
namespace {

namespace fs = std::filesystem;

class LogTest : public testing::Test {
 protected:
  ~LogTest() override {
    set_level(Level::kInfo);
    set_format(Format::kJson);
  }
  // What is written to stderr meanwhile.
  template <class Work>
  static std::string written(Work work) {
    testing::internal::CaptureStderr();
    work();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, WritesAJsonObjectALine) {
  const auto line = written([] {
    warning("pacing", "circuit_opened", {{"provider", "a \"b\"\n"}, {"n", 3}, {"ok", true}});
  });
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  const auto parsed = json::Document::parse(line);
  ASSERT_TRUE(parsed) << line;
  const auto root = parsed->root();
  EXPECT_EQ(root.get("level").string_or(""), "warning");
  EXPECT_EQ(root.get("area").string_or(""), "pacing");
  EXPECT_EQ(root.get("event").string_or(""), "circuit_opened");
  EXPECT_EQ(root.get("provider").string_or(""), "a \"b\"\n");
  EXPECT_EQ(root.get("n").integer_or(0), 3);
  EXPECT_TRUE(std::regex_match(std::string(root.get("time").string_or("")),
                               std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")));
}

TEST_F(LogTest, WritesALineForPeopleWhoseValuesBreakNoLine) {
  set_format(Format::kText);
  const auto line = written([] {
    warning("pacing", "circuit_opened", {{"provider", "a \"b\"\nc"}, {"n", 3}, {"ok", false}});
  });
  EXPECT_TRUE(std::regex_match(
      line,
      std::regex(R"(\S+Z warning pacing circuit_opened provider="a \\"b\\"\\nc" n=3 ok=false\n)")))
      << line;
}

TEST_F(LogTest, ALevelOfAnAreaGoesOverTheOneForAll) {
  ASSERT_TRUE(set_levels("warning,net=debug,refresh=none"));
  const auto lines = written([] {
    info("store", "left_out");
    warning("store", "kept_1");
    debug("net", "kept_2");
    error("refresh", "left_out");
  });
  EXPECT_EQ(lines.find("left_out"), std::string::npos) << lines;
  EXPECT_NE(lines.find("kept_1"), std::string::npos) << lines;
  EXPECT_NE(lines.find("kept_2"), std::string::npos) << lines;
}

TEST_F(LogTest, WithoutALevelForAllThatIsInfo) {
  ASSERT_TRUE(set_levels("net=error"));
  const auto lines = written([] {
    info("store", "kept");
    debug("store", "left_out");
    warning("net", "left_out");
  });
  EXPECT_NE(lines.find("kept"), std::string::npos);
  EXPECT_EQ(lines.find("left_out"), std::string::npos);
}

TEST_F(LogTest, LevelsThatNobodyKnowsChangeNothing) {
  ASSERT_TRUE(set_levels("error"));
  for (const char* wrong : {"loud", "info,net=loud", "debug,nets=debug", "info,", "=debug",
                            "net=", "info net=debug", "INFO"}) {
    const auto set = set_levels(wrong);
    ASSERT_FALSE(set) << wrong;
    EXPECT_EQ(set.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(written([] { warning("net", "left_out"); }), "") << wrong;
  }
  EXPECT_FALSE(set_levels(std::string(2'000, ',')));
}

TEST_F(LogTest, CountsWhatItWrites) {
  const auto before = lines_written(Level::kWarning);
  written([] {
    warning("net", "counted");
    debug("net", "not_written");
  });
  EXPECT_EQ(lines_written(Level::kWarning), before + 1);
}

// Of each log call of a source file, the first text in its arguments.
std::vector<std::string> areas_in(const std::string& source) {
  std::vector<std::string> found;
  for (const std::string call :
       {"log::debug(", "log::info(", "log::warning(", "log::error(", "log::write("}) {
    for (auto at = source.find(call); at != std::string::npos; at = source.find(call, at + 1)) {
      const auto quote = source.find_first_of("\";", at);
      if (quote == std::string::npos || source[quote] != '"') continue;
      found.push_back(source.substr(quote + 1, source.find('"', quote + 1) - quote - 1));
    }
  }
  return found;
}

TEST_F(LogTest, KnowsTheAreaOfEveryLineInTheSources) {
  const std::set<std::string_view> known(areas().begin(), areas().end());
  std::set<std::string> used;
  for (const auto& entry : fs::recursive_directory_iterator(PATCHBAY_SOURCE_DIR "/host")) {
    if (entry.path().extension() != ".cpp" || entry.path().filename() == "log.cpp") continue;
    std::ifstream file(entry.path());
    for (auto& area : areas_in({std::istreambuf_iterator<char>(file), {}})) {
      EXPECT_TRUE(known.contains(area))
          << entry.path() << ": log area " << area << " is not in base/log.cpp";
      used.insert(std::move(area));
    }
  }
  for (const auto area : known) EXPECT_TRUE(used.contains(std::string(area))) << area;
}

// Where levels are explained, areas are named.
TEST_F(LogTest, TheDocumentNamesEveryArea) {
  std::ifstream file(PATCHBAY_SOURCE_DIR "/docs/metrics.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const auto area : areas())
    EXPECT_NE(text.find("`" + std::string(area) + "`"), std::string::npos) << area;
}

}  // namespace
}  // namespace patchbay::log
