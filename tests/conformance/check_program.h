#pragma once
// Runs `patchbay check --json` and reads what it reports.
#include <sys/wait.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <set>
#include <string>

#include "base/json.h"

namespace patchbay::conformance {

using Rules = std::set<std::string>;

struct Report {
  int exit_code = -1;
  std::string output;
  Rules rules;
  std::set<std::string> pages;  // "plugin_api/abi.md#abi-042"
  std::size_t remarks = 0;
  std::int64_t exchanges = 0;
};

// What the build has made.
inline std::string built(const std::string& file) {
  return PATCHBAY_BUILD_DIR "/" + file;
}

// What a command prints; its exit code, if it is asked for.
inline std::string output_of(const std::string& command, int* exit_code = nullptr) {
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  std::array<char, 4096> piece{};
  for (std::size_t got = 0; (got = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    output.append(piece.data(), got);
  const int status = ::pclose(pipe);
  if (exit_code != nullptr) *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return output;
}

inline Report check(const std::string& file, const std::string& options = "--random 20") {
  Report report;
  report.output = output_of(
      PATCHBAY_BUILD_DIR "/bin/patchbay-check --json " + options + " " + file + " 2>/dev/null",
      &report.exit_code);
  const auto document = json::Document::parse(report.output);
  if (!document) return report;
  report.exchanges = document->root().get("exchanges").integer_or(0);
  report.remarks = document->root().get("remarks").size();
  const auto findings = document->root().get("findings");
  for (std::size_t i = 0; i < findings.size(); ++i) {
    report.rules.insert(findings.at(i).get("rule").string_or(""));
    report.pages.insert(findings.at(i).get("see").string_or(""));
  }
  return report;
}

}  // namespace patchbay::conformance
