#pragma once
// What tests know of a provider's actions, as data: personio_actions/*.json, described in the
// README there. Not thread-safe.
#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/json.h"
#include "temp_folder.h"

namespace patchbay::integration {

class ActionEntries {
 public:
  // Every file of the folder. Throws when one is not an object of objects, or an action has two
  // entries: a mistake of whoever wrote them.
  explicit ActionEntries(const std::string& folder) {
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      if (file.path().extension() == ".json") read(file.path().string());
    }
  }

  std::set<std::string> ids() const {
    std::set<std::string> all;
    for (const auto& [id, entry] : entries_) all.insert(id);
    return all;
  }
  // Missing when there is none. Borrowed.
  json::Value find(const std::string& action_id) const {
    const auto found = entries_.find(action_id);
    return found == entries_.end() ? json::Value() : found->second;
  }

 private:
  void read(const std::string& path) {
    auto document = json::Document::parse(read_bytes(path));
    if (!document) throw std::runtime_error(path + ": " + document.error().message);
    const json::Value root = document->root();
    for (std::size_t i = 0; i < root.size(); ++i) {
      const auto [id, entry] = root.member(i);
      if (!entries_.emplace(id, entry).second)
        throw std::runtime_error(path + ": a second entry for " + std::string(id));
    }
    documents_.push_back(*std::move(document));
  }

  std::vector<json::Document> documents_;
  std::map<std::string, json::Value, std::less<>> entries_;
};

// "${number:name}" stands for a number: without its quotes, as ${name}.
inline std::string numbers_bare(std::string text) {
  constexpr std::string_view kBegin = "\"${number:";
  for (auto at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin)) {
    text.erase(text.find("}\"", at) + 1, 1);
    text.replace(at, kBegin.size(), "${");
  }
  return text;
}

// Replaces every ${name} by what `value_of` gives for the name.
template <typename ValueOf>
std::string filled(std::string_view text, ValueOf value_of) {
  std::string out;
  while (true) {
    const std::size_t start = text.find("${");
    const std::size_t end = text.find('}', start);
    if (start == std::string_view::npos || end == std::string_view::npos) break;
    out.append(text.substr(0, start));
    out += value_of(std::string(text.substr(start + 2, end - start - 2)));
    text.remove_prefix(end + 1);
  }
  return out.append(text);
}

}  // namespace patchbay::integration
