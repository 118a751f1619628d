#include "actions/action_search.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace patchbay::actions {
namespace {

constexpr std::size_t kMostTerms = 64;  // of a query
constexpr std::size_t kLongestWord = 64;
constexpr double kSaturation = 1.2;  // BM25's k1 and b, at their usual values
constexpr double kLengthShare = 0.75;
constexpr std::array<double, 2> kWorth = {2, 1};  // of a match in names, in descriptions

// Each line is one idea; its first word stands for it. Folded, as fold() leaves them.
constexpr std::string_view kIdeas[] = {
    "person employee staff worker colleague people mitarbeiter mitarbeitend angestellt",
    "absence absenc leave vacation holiday timeoff abwesenheit urlaub fehlzeit ferien krank sick",
    "attendance attendanc timesheet worktime arbeitszeit zeiterfassung anwesenheit clock",
    "document file attachment dokument datei anhang akte",
    "salary compensation pay wage payroll gehalt lohn vergutung entgelt",
    "job position role stelle posten vacancy",
    "department team unit abteilung bereich orgunit organisation organization",
    "applicant candidate bewerber kandidat application bewerbung applicat",
    "workplace office location standort arbeitsort buro",
    "contract employment vertrag anstellung beschaftigung arbeitsverhaltnis",
    "company customer account firma kunde unternehmen organisat",
    "contact kontakt",
    "project projekt",
    "report bericht auswertung",
    "webhook hook benachrichtigung subscription",
    "cost kosten costcenter kostenstelle",
    "create add new make insert post anleg erstell neu hinzufug einfug",
    "update change edit modify patch set ander aktualisier bearbeit setz",
    "delete remove erase cancel losch entfern stornier",
    "list all show browse find search query auflist all alle zeig such find anzeig",
    "get read fetch retrieve load les abruf hol lad",
    "upload hochlad",
    "download herunterlad",
    "approve accept genehmig freigeb",
    "reject deny ablehn"};

constexpr std::string_view kFillers[] = {
    "a",   "an",   "the",  "of",  "for",   "to",     "in",    "on",  "my",  "me",
    "and", "or",   "with", "der", "die",   "das",    "ein",   "den", "dem", "des",
    "und", "oder", "fur",  "von", "zu",    "im",     "am",    "mit", "is",  "are",
    "i",   "ich",  "we",   "wir", "bitte", "please", "einen", "eine"};

// ä, ö, ü, ß as people without them write; other bytes beyond ASCII as they are.
std::string fold_letters(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\xC3' && i + 1 < text.size()) {
      const char next = text[++i];
      if (next == '\xA4' || next == '\x84')
        out += 'a';
      else if (next == '\xB6' || next == '\x96')
        out += 'o';
      else if (next == '\xBC' || next == '\x9C')
        out += 'u';
      else if (next == '\x9F')
        out += "ss";
      else
        (out += c) += next;
    } else {
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return out;
}

// Takes off what inflects a word, as long as enough of it stays.
std::string stem(std::string word) {
  constexpr std::size_t kShortest = 4;
  for (const std::string_view ending :
       {"ungen", "ies", "ing", "ern", "en", "es", "er", "ed", "e", "s"}) {
    if (word.size() < ending.size() + kShortest || !word.ends_with(ending)) continue;
    word.resize(word.size() - ending.size());
    break;
  }
  return word;
}

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

std::vector<std::string> words_of(std::string_view text) {
  const std::string folded = fold_letters(text);
  std::vector<std::string> words;
  for (std::size_t at = 0; at < folded.size();) {
    const auto end =
        static_cast<std::size_t>(std::find_if_not(folded.begin() + static_cast<std::ptrdiff_t>(at),
                                                  folded.end(), is_word_byte) -
                                 folded.begin());
    if (end > at && end - at <= kLongestWord) words.push_back(folded.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

// word -> the first word of its idea, both stemmed.
const std::unordered_map<std::string, std::string>& ideas() {
  static const auto map = [] {
    std::unordered_map<std::string, std::string> made;
    for (const auto line : kIdeas) {
      const auto words = words_of(line);
      for (const auto& word : words) made.emplace(stem(word), stem(words.front()));
    }
    return made;
  }();
  return map;
}

bool is_filler(const std::string& word) {
  return std::ranges::find(kFillers, word) != std::end(kFillers);
}

}  // namespace

std::vector<std::string> search_terms(std::string_view text) {
  std::vector<std::string> terms;
  for (auto& word : words_of(text)) {
    if (is_filler(word)) continue;
    std::string term = stem(std::move(word));
    const auto idea = ideas().find(term);
    if (idea != ideas().end()) term = idea->second;
    terms.push_back(std::move(term));
  }
  return terms;
}

void ActionSearch::Part::add(std::string_view text) {
  for (auto& term : search_terms(text)) {
    ++counts[std::move(term)];
    ++length;
  }
}

void ActionSearch::add(const manifest::Manifest& manifest, const manifest::Action& action) {
  Document document{&manifest, &action, {}};
  document.parts[kNames].add(action.id);
  for (const auto& tag : action.tags) document.parts[kNames].add(tag);
  for (const auto& language : manifest.texts.languages()) {
    document.parts[kNames].add(manifest.texts.find(language, action.label));
    document.parts[kDescriptions].add(manifest.texts.find(language, action.description));
  }
  std::set<std::string> terms;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    for (const auto& [term, count] : document.parts[kind].counts) terms.insert(term);
    total_length_[kind] += document.parts[kind].length;
  }
  for (const auto& term : terms) ++holders_[term];
  documents_.push_back(std::move(document));
}

double ActionSearch::rarity(const std::string& term) const {
  const auto found = holders_.find(term);
  const auto holders = static_cast<double>(found == holders_.end() ? 0 : found->second);
  const auto all = static_cast<double>(documents_.size());
  return std::log(1 + (all - holders + 0.5) / (holders + 0.5));
}

double ActionSearch::score_of(const Document& document, const std::set<std::string>& asked) const {
  double score = 0;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    const Part& part = document.parts[kind];
    const double usual = total_length_[kind] / static_cast<double>(documents_.size());
    const double stretch = 1 - kLengthShare + kLengthShare * part.length / std::max(usual, 1.0);
    for (const auto& term : asked) {
      const auto found = part.counts.find(term);
      if (found == part.counts.end()) continue;
      score +=
          kWorth[kind] * rarity(term) * found->second / (found->second + kSaturation * stretch);
    }
  }
  return score;
}

std::vector<SearchHit> ActionSearch::find(std::string_view query, std::size_t most) const {
  auto terms = search_terms(query.substr(0, 4096));
  terms.resize(std::min(terms.size(), kMostTerms));
  const std::set<std::string> asked(terms.begin(), terms.end());
  double ideal = 0;  // what no document reaches: every word, saturated
  for (const auto& term : asked) ideal += rarity(term) * (kWorth[kNames] + kWorth[kDescriptions]);
  std::vector<std::pair<double, std::size_t>> found;  // best first: minus its similarity, and which
  for (std::size_t i = 0; i < documents_.size(); ++i) {
    const double score = score_of(documents_[i], asked);
    if (score > 0) found.emplace_back(-score / ideal, i);
  }
  std::ranges::sort(found);
  found.resize(std::min(found.size(), most));
  std::vector<SearchHit> hits;
  hits.reserve(found.size());
  for (const auto& [similarity, i] : found)
    hits.push_back({documents_[i].manifest, documents_[i].action, -similarity});
  return hits;
}

}  // namespace patchbay::actions
