#include "moving/stackone_rows.h"

#include "moving/json_rows.h"

namespace patchbay::moving {
namespace {

class StackoneRows final : public JsonRows {
 public:
  explicit StackoneRows(std::unique_ptr<std::istream> in) : JsonRows(std::move(in), {"data"}) {}

 private:
  void read(const json::Value& element, SourceRow& row) override {
    row.id = text_at(element.get("id"));
    row.provider = text_at(element.get("provider"));
    row.owner_id = text_at(element.get("origin_owner_id"));
    row.owner_name = text_at(element.get("origin_owner_name"));
    if (row.owner_name.empty()) row.owner_name = row.owner_id;
    row.username = text_at(element.get("origin_username"));
    row.label = text_at(element.get("label"));
    row.metadata = metadata_of(element.get("metadata"));
  }
};

}  // namespace

std::unique_ptr<RowSource> open_stackone(std::unique_ptr<std::istream> in) {
  return std::make_unique<StackoneRows>(std::move(in));
}

}  // namespace patchbay::moving
