#include "documents.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "patchbay/sandbox/clock.h"

namespace patchbay::personio_sandbox {
namespace {

constexpr std::size_t kMostStored = 128U << 20U;
constexpr std::int64_t kFirstId = 700'000;
constexpr std::int64_t kMostEach = 3;
constexpr std::uint64_t kDocuments = 3200;  // purpose of People::number
constexpr std::int64_t kDayMs = 86'400'000;

constexpr std::array kCategories{Unit{1, "Certificates of employment"}, Unit{2, "Other documents"},
                                 Unit{3, "Employment contracts"}, Unit{4, "Sick notes"}};
constexpr std::array<std::string_view, kMostEach> kNames{"Employment contract", "Privacy notice",
                                                         "Certificate"};

/// A one-page PDF that says its name: enough for a reader to open it.
std::string small_pdf(std::string_view title) {
  const std::string text = "BT /F1 18 Tf 72 720 Td (" + std::string(title) + ") Tj ET";
  return "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
         "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
         "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources"
         "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
         "4 0 obj<</Length " +
         std::to_string(text.size()) + ">>stream\n" + text +
         "\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
}

std::int64_t count_of(const People& people, std::int64_t index) {
  return static_cast<std::int64_t>(people.number(index, kDocuments) % (kMostEach + 1));
}

Document computed(const People& people, std::int64_t index, std::int64_t place) {
  const Person person = people.person(index);
  const std::string_view name = kNames[static_cast<std::size_t>(place)];
  const std::int64_t created_ms = person.created_ms + place * kDayMs;
  return {.id = kFirstId + index * kMostEach + place,
          .owner_id = person.id,
          .category_id = place == 0   ? 3
                         : place == 1 ? 2
                                      : 1,
          .name = std::string(name),
          .comment = {},
          .date = sandbox::iso_date(created_ms / kDayMs),
          .created_ms = created_ms,
          .filename = std::string(name) + ".pdf",
          .content_type = "application/pdf",
          .content = small_pdf(name)};
}

}  // namespace

sandbox::json::object document_payload(const Document& document) {
  return {{"document_id", std::to_string(document.id)},
          {"owner_id", std::to_string(document.owner_id)}};
}

std::span<const Unit> document_categories() {
  return kCategories;
}

bool is_document_category(std::int64_t id) {
  return std::any_of(kCategories.begin(), kCategories.end(),
                     [&](const Unit& category) { return category.id == id; });
}

std::optional<Document> Documents::current(const People& people, std::int64_t index,
                                           std::int64_t id) const {
  if (removed_.contains(id)) return std::nullopt;
  if (const auto kept = kept_.find(id); kept != kept_.end()) return kept->second;
  return computed(people, index, (id - kFirstId) % kMostEach);
}

std::vector<Document> Documents::of(const People& people, std::int64_t index) const {
  std::vector<Document> list;
  const std::int64_t first = kFirstId + index * kMostEach;
  for (std::int64_t id = first; id < first + count_of(people, index); ++id) {
    if (auto document = current(people, index, id)) list.push_back(std::move(*document));
  }
  const std::int64_t owner = people.id(index);
  for (const auto& [id, document] : kept_) {
    if (id >= kFirstUpload && document.owner_id == owner) list.push_back(document);
  }
  return list;
}

std::optional<Document> Documents::find(const People& people, std::string_view text) const {
  std::int64_t id = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc{} || stop != text.data() + text.size() || id < kFirstId) {
    return std::nullopt;
  }
  if (const auto kept = kept_.find(id); kept != kept_.end()) return kept->second;
  const std::int64_t index = (id - kFirstId) / kMostEach;
  if (index >= people.count()) return std::nullopt;
  if ((id - kFirstId) % kMostEach >= count_of(people, index)) return std::nullopt;
  return current(people, index, id);
}

std::optional<std::int64_t> Documents::upload(Document document) {
  if (stored_ + document.content.size() > kMostStored) return std::nullopt;
  stored_ += document.content.size();
  document.id = next_id_++;
  const std::int64_t id = document.id;
  kept_.emplace(id, std::move(document));
  return id;
}

void Documents::change(Document document) {
  kept_.insert_or_assign(document.id, std::move(document));
}

void Documents::remove(std::int64_t id) {
  const auto kept = kept_.find(id);
  if (kept != kept_.end()) {
    if (id >= kFirstUpload) stored_ -= kept->second.content.size();
    kept_.erase(kept);
  }
  removed_.insert(id);
}

}  // namespace patchbay::personio_sandbox
