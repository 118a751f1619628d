#include "moving/origin.h"

#include "base/json.h"

namespace patchbay::moving {
namespace {

constexpr std::string_view kSource = "imported_from";
constexpr std::string_view kSourceId = "imported_id";

}  // namespace

Origin origin_in(std::string_view metadata) {
  const auto parsed = json::Document::parse(metadata);
  if (!parsed) return {};
  return {parsed->root().get(kSource).string_or(""), parsed->root().get(kSourceId).string_or("")};
}

std::string with_origin(const SourceRow& row, std::string_view source) {
  json::Writer out;
  out.begin_object();
  const auto own = json::Document::parse(row.metadata);
  const auto members = own ? own->root() : json::Value();
  for (std::size_t i = 0; members.is_object() && i < members.size(); ++i) {
    const auto [name, value] = members.member(i);
    if (name != kSource && name != kSourceId) out.key(name).value(value);
  }
  out.member(kSource, source).member(kSourceId, row.id);
  return out.end_object().take();
}

}  // namespace patchbay::moving
