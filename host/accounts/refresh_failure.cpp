#include "accounts/refresh_failure.h"

#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/without_secrets.h"

namespace patchbay::accounts {
namespace {

constexpr std::size_t kLongestText = 2048;

// Those that a refresh may fail with.
ErrorCode code_from(std::string_view word) {
  using enum ErrorCode;
  for (const auto code :
       {kNotFound, kConflict, kForbidden, kExpired, kInvalidCredentials, kPermissionMissing,
        kRevoked, kRateLimited, kTimeout, kProtocol, kConfiguration, kConnector, kStorage,
        kOutcomeUnknown, kTooLarge, kCancelled, kInternal})
    if (to_string(code) == word) return code;
  return kUnavailable;
}

// Cut between characters.
std::string bounded(std::string text) {
  if (text.size() <= kLongestText) return text;
  std::size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

}  // namespace

RefreshFailure next_failure(const std::optional<RefreshFailure>& before, const Error& error,
                            const connector::FlowInput& given, std::int64_t now_ms) {
  std::vector<std::string_view> secrets;
  secrets.reserve(given.secrets.size() + given.setup_secrets.size() + given.tokens.size());
  for (const auto& secret : given.secrets) secrets.push_back(secret.value.reveal());
  for (const auto& secret : given.setup_secrets) secrets.push_back(secret.value.reveal());
  for (const auto& token : given.tokens) secrets.push_back(token.value.reveal());
  RefreshFailure failure{error, now_ms, now_ms, 1};
  failure.error.message = bounded(without_secrets(error.message, secrets));
  failure.error.provider_answer = bounded(without_secrets(error.provider_answer, secrets));
  if (before) {
    failure.since = before->since;
    failure.tries = before->tries + 1;
  }
  return failure;
}

std::string to_stored(const RefreshFailure& failure) {
  json::Writer out;
  out.begin_object()
      .member("code", to_string(failure.error.code))
      .member("message", failure.error.message)
      .member("permission", failure.error.permission)
      .member("provider_answer", failure.error.provider_answer)
      .member("at", failure.at)
      .member("since", failure.since)
      .member("tries", failure.tries)
      .end_object();
  return out.take();
}

std::optional<RefreshFailure> failure_of(const std::optional<store::RefreshLease>& lease,
                                         std::int64_t generation) {
  if (!lease || lease->generation != generation || lease->last_error.empty()) return std::nullopt;
  const auto stored = json::Document::parse(lease->last_error);
  if (!stored || !stored->root().is_object())
    return RefreshFailure{make_error(ErrorCode::kUnavailable, lease->last_error), 0, 0, 1};
  const auto root = stored->root();
  RefreshFailure failure;
  failure.error =
      make_error(code_from(root.get("code").string_or("")), root.get("message").string_or(""));
  failure.error.permission = root.get("permission").string_or("");
  failure.error.provider_answer = root.get("provider_answer").string_or("");
  failure.at = root.get("at").integer_or(0);
  failure.since = root.get("since").integer_or(0);
  failure.tries = root.get("tries").integer_or(1);
  return failure;
}

}  // namespace patchbay::accounts
