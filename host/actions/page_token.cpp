#include "actions/page_token.h"

#include "base/encoding.h"
#include "base/hash.h"
#include "base/json.h"

namespace patchbay::actions {
namespace {

constexpr std::size_t kMaxToken = 8192;
constexpr std::int64_t kFormat = 1;

vault::Place place_of(const PageTokenPlace& place) {
  return {"action_next", place.project_id, place.account_id, place.action_id, 0};
}

Error unusable(std::string_view why) {
  return make_error(ErrorCode::kInvalidArgument,
                    "\"next\" " + std::string(why) + ". Begin with the first page again.", "next");
}

}  // namespace

Result<std::string> seal_page(const vault::Vault& vault, const PageTokenPlace& place,
                              const PagePosition& position) {
  json::Writer out;
  out.begin_object()
      .member("v", kFormat)
      .member("k", static_cast<std::int64_t>(position.kind))
      .member("c", position.cursor)
      .member("cn", position.cursor_is_number)
      .member("n", static_cast<std::int64_t>(position.number))
      .member("s", std::int64_t{position.page_size})
      .member("p", std::int64_t{position.pages})
      .member("m", position.mark)
      .member("i", place.input_hash)
      .end_object();
  PATCHBAY_TRY_ASSIGN(const std::string sealed, vault.seal(out.take(), place_of(place)));
  return base64url_encode(sealed);
}

Result<PagePosition> open_page(const vault::Vault& vault, const PageTokenPlace& place,
                               std::string_view token, const manifest::Pagination& pagination) {
  if (pagination.kind == manifest::PaginationKind::kNone)
    return unusable("is given, but this action has no pages");
  if (token.size() > kMaxToken) return unusable("is not one that this hub gave out");
  const auto record = base64url_decode(token);
  if (!record) return unusable("is not one that this hub gave out");
  const auto opened = vault.open(*record, place_of(place));
  if (!opened) return unusable("does not belong to this account and action");
  const auto document = json::Document::parse(opened->reveal());
  if (!document) return unusable("is damaged");
  const json::Value root = document->root();
  if (root.get("v").integer_or(0) != kFormat ||
      root.get("k").integer_or(-1) != static_cast<std::int64_t>(pagination.kind))
    return unusable("comes from another version of the connector");
  if (!constant_time_equal(root.get("i").string_or(""), place.input_hash))
    return unusable("belongs to another input; a list is read on with the input it began with");
  PagePosition position;
  position.kind = pagination.kind;
  position.cursor = root.get("c").string_or("");
  position.cursor_is_number = root.get("cn").bool_or(false);
  position.number = static_cast<std::uint64_t>(root.get("n").integer_or(0));
  position.page_size = static_cast<std::uint32_t>(root.get("s").integer_or(0));
  position.pages = static_cast<std::uint32_t>(root.get("p").integer_or(0));
  position.mark = root.get("m").string_or("");
  return position;
}

}  // namespace patchbay::actions
