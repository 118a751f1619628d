#pragma once
// Finds actions by what people and agents call them, offline: BM25 over names (ids, tags, labels)
// and, for less, descriptions, in every language the manifest has. Words are folded (case, umlauts,
// plural and verb endings), and the everyday words of HR and CRM find each other across English and
// German.
// Built for one query or kept; a value, reading is safe from any thread.
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "manifest/manifest.h"

namespace patchbay::actions {

// The words of a text, folded; what has synonyms stands for all of them.
std::vector<std::string> search_terms(std::string_view text);

struct SearchHit {
  const manifest::Manifest* manifest = nullptr;
  const manifest::Action* action = nullptr;
  double similarity = 0;  // above 0, at most 1: 1 only for what matches every word best
};

class ActionSearch {
 public:
  // Both outlive this.
  void add(const manifest::Manifest& manifest, const manifest::Action& action);

  // Best first, at most `most`. Equal ones in the order they were added.
  [[nodiscard]] std::vector<SearchHit> find(std::string_view query, std::size_t most) const;

 private:
  // How often each term stands in a part of a document, and how much stands there altogether.
  struct Part {
    std::unordered_map<std::string, double> counts;
    double length = 0;
    void add(std::string_view text);
  };
  enum Kind : std::size_t { kNames, kDescriptions, kKinds };
  struct Document {
    const manifest::Manifest* manifest = nullptr;
    const manifest::Action* action = nullptr;
    std::array<Part, kKinds> parts;
  };
  [[nodiscard]] double rarity(const std::string& term) const;
  [[nodiscard]] double score_of(const Document& document, const std::set<std::string>& asked) const;

  std::vector<Document> documents_;
  std::unordered_map<std::string, std::size_t> holders_;  // how many documents have the term
  std::array<double, kKinds> total_length_{};
};

}  // namespace patchbay::actions
