#pragma once
// What exports in JSON have in common: elements cut out, parsed, and read into rows.
#include <istream>
#include <memory>
#include <utility>

#include "base/json.h"
#include "moving/json_elements.h"
#include "moving/source_row.h"

namespace patchbay::moving {

class JsonRows : public RowSource {
 public:
  JsonRows(std::unique_ptr<std::istream> in, std::vector<std::string_view> lists)
      : in_(std::move(in)), elements_(*in_, std::move(lists), kLongestRow) {}

  Result<std::optional<SourceRow>> next() final {
    PATCHBAY_TRY_ASSIGN(auto element, elements_.next());
    if (!element) return std::optional<SourceRow>();
    SourceRow row;
    row.number = ++rows_;
    row.line = element->line;
    const auto parsed = json::Document::parse(element->text.reveal(), {.max_bytes = kLongestRow});
    // Not the parser's words: they may quote what it stumbled over.
    if (element->too_long)
      row.problem = "the object is longer than 256 KiB";
    else if (!parsed)
      row.problem = "the object is no valid JSON, nests too deeply or names a member twice";
    else
      read(parsed->root(), row);
    if (row.problem.empty() && row.id.empty())
      row.problem = "it has no id, by which a second run would know it";
    if (row.problem.empty() && row.owner_id.empty()) row.problem = "it does not say whose it is";
    check_texts(row);
    return std::optional(std::move(row));
  }
  [[nodiscard]] std::int64_t bytes_read() const final { return elements_.bytes_read(); }

 private:
  virtual void read(const json::Value& element, SourceRow& row) = 0;

  std::unique_ptr<std::istream> in_;
  JsonElements elements_;
  std::int64_t rows_ = 0;
};

// A string, or an integer as one; empty for all else.
inline std::string text_at(const json::Value& value) {
  if (const auto number = value.as_integer()) return std::to_string(*number);
  return value.string_or("");
}

inline std::string metadata_of(const json::Value& value) {
  if (!value.is_object()) return "{}";
  auto text = value.dump();
  return text.size() > kLongestMetadata ? "{}" : text;
}

}  // namespace patchbay::moving
