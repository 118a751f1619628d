#include "accounts/sealed_link.h"

#include "base/encoding.h"
#include "base/json.h"

namespace patchbay::accounts {
namespace {

constexpr std::size_t kMaxToken = 1024;

const char* name_of(LinkPurpose purpose) {
  switch (purpose) {
    case LinkPurpose::kGuide:
      return "guide";
    case LinkPurpose::kManage:
      return "manage";
    case LinkPurpose::kSignIn:
      return "sign-in";
  }
  return "";
}

// Of no project: whoever opens the link learns the project from it.
vault::Place place_of(LinkPurpose purpose) {
  return {"link", {}, {}, name_of(purpose), 0};
}

Error not_ours() {
  return make_error(ErrorCode::kNotFound, "This link is not valid.");
}

}  // namespace

Result<std::string> seal_link(const vault::Vault& vault, LinkPurpose purpose,
                              const SealedLink& link) {
  json::Writer out;
  out.begin_object()
      .member("p", link.project_id)
      .member("s", link.subject)
      .member("x", link.expires)
      .end_object();
  PATCHBAY_TRY_ASSIGN(const std::string sealed, vault.seal(out.take(), place_of(purpose)));
  return base64url_encode(sealed);
}

Result<SealedLink> open_link(const vault::Vault& vault, LinkPurpose purpose, std::string_view token,
                             std::int64_t now_ms) {
  if (token.size() > kMaxToken) return not_ours();
  const auto record = base64url_decode(token);
  if (!record) return not_ours();
  const auto opened = vault.open(*record, place_of(purpose));
  if (!opened) return not_ours();
  const auto document = json::Document::parse(opened->reveal());
  if (!document) return not_ours();
  const auto root = document->root();
  SealedLink link{std::string(root.get("p").string_or("")),
                  std::string(root.get("s").string_or("")), root.get("x").integer_or(0)};
  if (link.expires <= now_ms) return make_error(ErrorCode::kExpired, "This link has expired.");
  return link;
}

}  // namespace patchbay::accounts
