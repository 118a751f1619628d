#include "accounts/sealed_link.h"

#include "base/encoding.h"
#include "base/json.h"

namespace patchbay::accounts {
namespace {

constexpr std::size_t kMaxToken = 1024;

vault::Place place_of(std::string_view project_id, LinkPurpose purpose) {
  return {"link", project_id, {}, purpose == LinkPurpose::kGuide ? "guide" : "manage", 0};
}

Error not_ours() {
  return make_error(ErrorCode::kNotFound, "This link is not valid.");
}

}  // namespace

Result<std::string> seal_link(const vault::Vault& vault, std::string_view project_id,
                              LinkPurpose purpose, const SealedLink& link) {
  json::Writer out;
  out.begin_object().member("s", link.subject).member("x", link.expires).end_object();
  PATCHBAY_TRY_ASSIGN(const std::string sealed,
                      vault.seal(out.take(), place_of(project_id, purpose)));
  return base64url_encode(sealed);
}

Result<SealedLink> open_link(const vault::Vault& vault, std::string_view project_id,
                             LinkPurpose purpose, std::string_view token, std::int64_t now_ms) {
  if (token.size() > kMaxToken) return not_ours();
  const auto record = base64url_decode(token);
  if (!record) return not_ours();
  const auto opened = vault.open(*record, place_of(project_id, purpose));
  if (!opened) return not_ours();
  const auto document = json::Document::parse(opened->reveal());
  if (!document) return not_ours();
  SealedLink link{std::string(document->root().get("s").string_or("")),
                  document->root().get("x").integer_or(0)};
  if (link.expires <= now_ms) return make_error(ErrorCode::kExpired, "This link has expired.");
  return link;
}

}  // namespace patchbay::accounts
