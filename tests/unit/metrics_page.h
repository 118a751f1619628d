#pragma once
// Reads a page of metrics as strictly as the text format is written down
// (prometheus.io/docs/instrumenting/exposition_formats), and complains about what `promtool check
// metrics` would refuse.
#include <cstdlib>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace patchbay {

struct MetricsPage {
  struct Family {
    std::string type, help;
    std::set<std::string> labels;  // without `le`
  };
  std::map<std::string, Family> families;
  std::map<std::string, double> samples;  // by name and labels, as they stand
  std::vector<std::string> problems;

  explicit MetricsPage(const std::string& text) {
    if (text.empty() || text.back() != '\n') problems.emplace_back("does not end with a newline");
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) read(line);
    for (const auto& [name, value] : buckets_) {
      const auto count = samples.find(std::regex_replace(name, std::regex("_bucket"), "_count"));
      if (count == samples.end() || count->second != value)
        problems.push_back(name + ": the last bucket is not the count");
    }
  }
  [[nodiscard]] double at(const std::string& sample) const {
    const auto found = samples.find(sample);
    return found == samples.end() ? -1 : found->second;
  }

 private:
  void read(const std::string& line) {
    static const std::regex comment(R"(# (HELP|TYPE) ([a-z_]+) (.+))");
    static const std::regex sample(R"(([a-z_]+)(\{(.*)\})? (-?[0-9.e+-]+|\+Inf))");
    static const std::regex label(R"re(^([a-z_]+)="((?:[^"\\]|\\["\\n])*)"(?:,|$))re");
    std::smatch found;
    if (std::regex_match(line, found, comment)) {
      auto& family = families[found[2]];
      auto& member = found[1] == "HELP" ? family.help : family.type;
      if (!member.empty()) problems.push_back(line + ": said twice");
      member = found[3];
      return;
    }
    if (!std::regex_match(line, found, sample)) {
      problems.push_back(line + ": no line of the format");
      return;
    }
    std::string name = found[1];
    const double value = std::strtod(found[4].str().c_str(), nullptr);
    if (!samples.emplace(name + found[2].str(), value).second) problems.push_back(line + ": twice");
    auto family = families.find(name);
    bool is_bucket = false;
    if (family == families.end()) {
      is_bucket = name.ends_with("_bucket");
      name = std::regex_replace(name, std::regex("_(bucket|sum|count)$"), "");
      family = families.find(name);
      if (family == families.end() || family->second.type != "histogram") {
        problems.push_back(line + ": has no TYPE");
        return;
      }
    }
    std::string left = found[3];
    std::string others;
    bool is_last = false;
    for (std::smatch next; !left.empty(); left = next.suffix()) {
      if (!std::regex_search(left, next, label)) {
        problems.push_back(line + ": labels");
        return;
      }
      if (next[1] == "le") {
        is_last = next[2] == "+Inf";
        continue;
      }
      family->second.labels.insert(next[1]);
      others += (others.empty() ? "" : ",") + next[1].str() + "=\"" + next[2].str() + "\"";
    }
    if (!is_bucket) return;
    const auto key = name + "_bucket" + (others.empty() ? "" : "{" + others + "}");
    auto& so_far = before_[key];
    if (value < so_far) problems.push_back(line + ": buckets fall");
    so_far = value;
    if (is_last) buckets_[key] = value;
  }

  std::map<std::string, double> before_;
  std::map<std::string, double> buckets_;
};

}  // namespace patchbay
