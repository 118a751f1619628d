#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "company.h"
#include "patchbay/sandbox/json.h"
#include "people.h"

namespace patchbay::personio_sandbox {

struct Document {
  std::int64_t id{0};
  std::int64_t owner_id{0};
  std::int64_t category_id{0};
  std::string name;
  std::string comment;
  std::string date;  ///< 2026-01-31, or empty
  std::int64_t created_ms{0};
  std::string filename;
  std::string content_type;
  std::string content;
};

/// What webhooks tell of it.
sandbox::json::object document_payload(const Document& document);

std::span<const Unit> document_categories();
bool is_document_category(std::int64_t id);

/// The documents of all persons: some for each that are computed from the seed, and those that were
/// uploaded. What was changed or uploaded is kept, up to 128 MB of contents. Guarded by the
/// service's mutex.
class Documents {
 public:
  /// Of the person at this place, by id.
  std::vector<Document> of(const People& people, std::int64_t index) const;
  std::optional<Document> find(const People& people, std::string_view id) const;
  /// The new document's id; nothing when there is no room for its content.
  std::optional<std::int64_t> upload(Document document);
  /// Puts this in the place of the document of the same id.
  void change(Document document);
  void remove(std::int64_t id);

 private:
  static constexpr std::int64_t kFirstUpload = 100'000'000'000;  ///< above every computed id

  std::optional<Document> current(const People& people, std::int64_t index, std::int64_t id) const;

  std::map<std::int64_t, Document> kept_;  ///< uploaded or changed, by id
  std::set<std::int64_t> removed_;
  std::int64_t next_id_{kFirstUpload};
  std::size_t stored_{0};  ///< bytes of uploaded contents
};

}  // namespace patchbay::personio_sandbox
