// The interface as compiled now against plugin_api/abi.golden: what was released stays where it
// was.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "abi_description.h"
#include "patchbay/connector.h"

namespace {

struct Struct {
  unsigned long size = 0;
  std::string growth;
  std::vector<std::string> fields;  // whole lines
};
struct Abi {
  std::map<std::string, Struct> structs;
  std::map<std::string, std::string> constants;
};

Abi parse(std::istream& lines) {
  Abi abi;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind, name, skip;
    words >> kind >> name;
    if (kind == "struct") {
      Struct& s = abi.structs[name];
      std::string align;
      words >> skip >> s.size >> skip >> align >> s.growth;
    } else if (kind == "field") {
      abi.structs[name.substr(0, name.find('.'))].fields.push_back(line);
    } else {
      std::getline(words, abi.constants[name]);
    }
  }
  return abi;
}

// What `now` breaks of `golden`, in words; empty when nothing.
std::string breaks(const Abi& golden, const Abi& now) {
  std::string report;
  for (const auto& [name, was] : golden.structs) {
    const auto found = now.structs.find(name);
    if (found == now.structs.end()) {
      report += name + " is gone\n";
      continue;
    }
    const Struct& is = found->second;
    if (was.growth != is.growth) report += name + " changed its growth rule\n";
    if (was.growth == "frozen" && (was.size != is.size || was.fields != is.fields)) {
      report += name + " is frozen and changed\n";
    }
    if (is.size < was.size) report += name + " shrank\n";
    for (std::size_t i = 0; i < was.fields.size(); ++i) {
      if (i >= is.fields.size() || is.fields[i] != was.fields[i]) {
        report += "was: " + was.fields[i] + "\n";
      }
    }
  }
  for (const auto& [name, value] : golden.constants) {
    if (name == "PATCHBAY_ABI_MINOR") continue;  // the one that grows
    const auto found = now.constants.find(name);
    if (found == now.constants.end() || found->second != value)
      report.append("was: ").append(name).append(value).append("\n");
  }
  return report;
}

std::string minor_of(const Abi& abi) {
  const auto found = abi.constants.find("PATCHBAY_ABI_MINOR");
  return found == abi.constants.end() ? "" : found->second;
}

// What `now` has and `golden` lacks although both are of one revision, in words: nothing would
// guard it. Growth comes with a minor of its own, and with a golden file of that.
std::string unguarded(const Abi& golden, const Abi& now) {
  if (minor_of(golden) != minor_of(now)) return "";
  std::string report;
  for (const auto& [name, is] : now.structs) {
    const auto found = golden.structs.find(name);
    const std::size_t known = found == golden.structs.end() ? 0 : found->second.fields.size();
    if (found == golden.structs.end()) {
      report += name + " is new\n";
    } else if (found->second.size != is.size) {
      report += name + " grew\n";
    }
    for (std::size_t i = known; i < is.fields.size(); ++i) report += "new: " + is.fields[i] + "\n";
  }
  for (const auto& [name, value] : now.constants)
    if (!golden.constants.contains(name))
      report.append("new: ").append(name).append(value).append("\n");
  return report;
}

// The names that the header gives to structs and constants, in order.
std::set<std::string> names_in_header() {
  std::ifstream header(ABI_HEADER);
  const std::string text(std::istreambuf_iterator<char>(header), {});
  // A guard, what the compiler is told, and macros with arguments are no constants.
  const std::set<std::string> no_constants{"PATCHBAY_CONNECTOR_H", "PATCHBAY_CALL",
                                           "PATCHBAY_EXPORT", "PATCHBAY_HAS"};
  const std::regex name(
      R"((?:^|\n)(?:#\s*define (PATCHBAY_\w+)|typedef struct (patchbay_\w+) \{|enum\b))");
  std::set<std::string> names;
  for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at) {
    const std::string found = (*at)[1].str() + (*at)[2].str();
    if (!no_constants.contains(found)) names.insert(found.empty() ? "enum" : found);
  }
  return names;
}

std::string describe_now() {
  std::FILE* file = std::tmpfile();
  if (file == nullptr) return {};
  patchbay_abi_describe(file);
  const bool is_back = std::fseek(file, 0, SEEK_SET) == 0;
  std::string text;
  for (int c = is_back ? std::fgetc(file) : EOF; c != EOF; c = std::fgetc(file))
    text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

Abi parse_text(const std::string& text) {
  std::istringstream lines(text);
  return parse(lines);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(AbiGolden, IsWhatTheHeaderStillSays) {
  if (sizeof(void*) != 8) GTEST_SKIP() << "the golden file is of 64-bit platforms";
  std::ifstream golden(ABI_GOLDEN);
  ASSERT_TRUE(golden) << ABI_GOLDEN;
  const Abi abi = parse(golden);
  EXPECT_GE(abi.structs.size(), 13U);
  EXPECT_GE(abi.constants.size(), 51U);
  const Abi now = parse_text(describe_now());
  EXPECT_EQ(breaks(abi, now), "");
  EXPECT_EQ(unguarded(abi, now), "") << "raise the minor, and write plugin_api/abi.golden anew";
}

// The golden files of the releases, by the folder's name; 0.1 has none.
std::map<std::string, Abi> released_of(const std::string& major) {
  std::map<std::string, Abi> found;
  for (const auto& entry : std::filesystem::directory_iterator(ABI_RELEASED)) {
    const std::string revision = entry.path().filename().string();
    if (!revision.starts_with(major + ".")) continue;
    std::ifstream golden(entry.path() / "abi.golden");
    EXPECT_TRUE(golden) << entry.path();
    found[revision] = parse(golden);
  }
  return found;
}

TEST(AbiGolden, BreaksNoReleaseOfThisMajor) {
  if (sizeof(void*) != 8) GTEST_SKIP() << "the golden files are of 64-bit platforms";
  const Abi now = parse_text(describe_now());
  const std::string major = std::to_string(PATCHBAY_ABI_MAJOR);
  const auto releases = released_of(major);
  EXPECT_TRUE(releases.contains(major + ".0"));
  for (const auto& [revision, abi] : releases) {
    EXPECT_GE(abi.structs.size(), 13U) << revision;
    EXPECT_EQ(breaks(abi, now), "") << revision;
    EXPECT_EQ(unguarded(abi, now), "") << revision << " is released: raise the minor";
  }
}

// What the description left out would be guarded by nothing. (Fields that it lacks leave holes.)
TEST(AbiGolden, DescribesEveryStructAndConstantOfTheHeader) {
  const Abi now = parse_text(describe_now());
  std::set<std::string> described;
  for (const auto& [name, unused] : now.structs) described.insert(name);
  for (const auto& [name, unused] : now.constants) described.insert(name);
  EXPECT_EQ(names_in_header(), described);
}

TEST(AbiGolden, GrowthWithinOneRevisionIsNotPassedOver) {
  const std::string text = describe_now();
  const Abi now = parse_text(text);
  const auto without = [&](const std::string& line) {
    return unguarded(parse_text(replaced(text, line, "")), now);
  };
  EXPECT_EQ(unguarded(now, now), "");
  EXPECT_NE(without("field patchbay_fail.token_count offset 64 size 8\n"), "");
  EXPECT_NE(without("constant PATCHBAY_NET_OTHER 11\n"), "");
  EXPECT_NE(without("text PATCHBAY_EXT_MANIFEST_IN patchbay.manifest-in/1\n"), "");
  EXPECT_NE(without("struct patchbay_manifest_in size 16 align 8 grows\n"), "");
  const std::string later =
      replaced(text, "constant PATCHBAY_ABI_MINOR " + std::to_string(PATCHBAY_ABI_MINOR),
               "constant PATCHBAY_ABI_MINOR " + std::to_string(PATCHBAY_ABI_MINOR + 1));
  EXPECT_EQ(unguarded(now, parse_text(later + "constant PATCHBAY_NEW 7\n")), "");
}

TEST(AbiGolden, CatchesEveryKindOfBreakAndAllowsGrowth) {
  const std::string text = describe_now();
  const Abi now = parse_text(text);
  const auto after = [&](const std::string& from, const std::string& to) {
    return breaks(now, parse_text(replaced(text, from, to)));
  };
  EXPECT_EQ(breaks(now, now), "");
  EXPECT_EQ(breaks(now, parse_text(text + "field patchbay_reply.later offset 48 size 8\n")), "");
  EXPECT_NE(after("patchbay_reply.flags offset 4", "patchbay_reply.flags offset 8"), "");
  EXPECT_NE(after("field patchbay_reply.flags offset 4 size 4\n", ""), "");
  EXPECT_NE(after("struct patchbay_reply size 48", "struct patchbay_reply size 40"), "");
  EXPECT_NE(after("struct patchbay_str size 16", "struct patchbay_str size 24"), "");
  EXPECT_NE(after("constant PATCHBAY_EVENT_TIMER 3", "constant PATCHBAY_EVENT_TIMER 4"), "");
  EXPECT_NE(after("constant PATCHBAY_EVENT_TIMER 3\n", ""), "");
}

TEST(AbiGolden, StructsHaveNoHolesInWhichBytesCouldLeak) {
  if (sizeof(void*) != 8) GTEST_SKIP() << "holes are of 64-bit platforms";
  const Abi now = parse_text(describe_now());
  for (const auto& [name, s] : now.structs) {
    unsigned long end = 0;
    for (const std::string& field : s.fields) {
      std::istringstream words(field);
      std::string skip;
      unsigned long offset = 0, size = 0;
      words >> skip >> skip >> skip >> offset >> skip >> size;
      EXPECT_EQ(offset, end) << field;
      end = offset + size;
    }
    EXPECT_EQ(s.size, end) << name;
  }
}

}  // namespace
