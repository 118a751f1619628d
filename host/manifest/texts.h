#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay::manifest {

// Names one human-readable string of a manifest, e.g. "guide.warning"; `Texts` holds the string
// itself.
using TextId = std::string;

// Values for the {placeholders} of a text. They are plain text: they never become markup.
using TextArguments = std::vector<std::pair<std::string, std::string>>;

// The human-readable strings of one manifest in every language it ships.
//
// A value type; reading is safe from any thread. Language tags are matched by their first part
// ("de-AT" finds "de"), then English, which every manifest has (parse_manifest sees to it).
class Texts {
 public:
  using Table = std::map<std::string, std::string, std::less<>>;  // text id -> text

  void set(std::string_view language, std::string_view id, std::string text);

  // The raw text with its markup and placeholders; empty when no language has it.
  [[nodiscard]] std::string_view find(std::string_view language, std::string_view id) const;
  [[nodiscard]] bool has(std::string_view id) const { return !find("en", id).empty(); }

  // For attributes, titles and the command line: placeholders filled, markup taken off. Gives the
  // id itself when there is no such text, so that a gap is visible. A placeholder without a value
  // stays as it is.
  [[nodiscard]] std::string plain(std::string_view language, std::string_view id,
                                  const TextArguments& arguments = {}) const;

  [[nodiscard]] std::vector<std::string> languages() const;
  [[nodiscard]] const std::map<std::string, Table, std::less<>>& tables() const { return tables_; }

 private:
  std::map<std::string, Table, std::less<>> tables_;  // language -> table
};

}  // namespace patchbay::manifest
