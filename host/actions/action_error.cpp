#include "actions/action_error.h"

#include <algorithm>

#include "pacing/retry_after.h"

namespace patchbay::actions {
namespace {

struct Verdict {
  ErrorCode code;
  std::string_view reason;
  std::string_view advice;
};

Verdict judge(unsigned status) {
  switch (status) {
    case 401:
    case 403:
      return {ErrorCode::kPermissionMissing, reason::kProviderUnauthorized,
              "The connection may lack a permission for this, or the record is out of its reach."};
    case 404:
    case 410:
      return {ErrorCode::kNotFound, reason::kProviderNotFound,
              "Check the ids in the input; what they name may have been deleted there."};
    case 409:
    case 412:
      return {ErrorCode::kConflict, reason::kProviderConflict,
              "It does not fit the present state of the data there. Read it again first."};
    case 408:
      return {ErrorCode::kTimeout, to_string(ErrorCode::kTimeout), "Try again."};
    case 429:
      return {ErrorCode::kRateLimited, to_string(ErrorCode::kRateLimited),
              "It limits how often it may be asked. Try again after the time given."};
    default:
      break;
  }
  if (status >= 500)
    return {ErrorCode::kUnavailable, to_string(ErrorCode::kUnavailable),
            "It has trouble at the moment. Try again later."};
  if (status >= 300 && status < 400)
    return {ErrorCode::kProtocol, to_string(ErrorCode::kProtocol),
            "Redirects are not followed, since a token must not travel elsewhere."};
  return {ErrorCode::kInvalidArgument, reason::kProviderRejected,
          "Correct the input by what it says."};
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// As the provider's own page names the boxes: "Employees (read)".
std::string labels(const manifest::Manifest& manifest, const std::vector<std::string>& refs) {
  std::vector<std::string> names;
  for (const auto& text : refs) {
    const auto ref = manifest::PermissionRef::parse(text);
    const auto* permission = ref ? manifest.find_permission(ref->id) : nullptr;
    names.push_back(permission == nullptr
                        ? text
                        : manifest.texts.plain("en", permission->label) +
                              (ref->access == manifest::Access::kRead ? " (read)" : " (write)"));
  }
  return joined(names);
}

}  // namespace

ActionError::ActionError(Error error) : Error(std::move(error)), reason(to_string(code)) {}

ActionError::ActionError(ErrorCode error_code, std::string_view stable_reason, std::string text)
    : Error(make_error(error_code, std::move(text))), reason(stable_reason) {}

ActionError provider_refusal(const manifest::Manifest& manifest, const manifest::Action& action,
                             ProviderAnswer answer, const std::vector<std::string>& denied,
                             std::int64_t now_ms) {
  const bool in_spite_of_2xx = answer.status >= 200 && answer.status < 300;
  const unsigned told = answer.meaning();
  Verdict verdict = judge(told);
  // A right that was never granted shows as 400 or 404 at some providers.
  const bool may_be_permission = told == 400 || told == 401 || told == 403 || told == 404;
  std::vector<std::string> needed;
  std::vector<std::string> lacking;
  for (const auto& permission : action.permissions) {
    needed.push_back(permission.to_string());
    if (std::find(denied.begin(), denied.end(), needed.back()) != denied.end())
      lacking.push_back(needed.back());
  }
  const bool certain = may_be_permission && !lacking.empty();
  if (certain)
    verdict = {ErrorCode::kPermissionMissing, to_string(ErrorCode::kPermissionMissing), ""};

  std::string text = manifest.texts.plain("en", manifest.name);
  text += in_spite_of_2xx ? " reported a failure" : " answered " + std::to_string(answer.status);
  if (!answer.summary.empty()) text += " (" + answer.summary + ")";
  text += ". ";
  ActionError error(verdict.code, verdict.reason, std::move(text));
  if (certain) {
    error.missing = std::move(lacking);
    error.missing_is_certain = true;
    error.message += "The connection was not granted: " + labels(manifest, error.missing) +
                     ". Connect it anew with this permission.";
  } else {
    error.message += verdict.advice;
    if (verdict.code == ErrorCode::kPermissionMissing && !needed.empty()) {
      error.missing = std::move(needed);
      error.message += " This action needs: " + labels(manifest, error.missing) + ".";
    }
  }
  if (!error.missing.empty()) error.permission = error.missing.front();
  for (const auto& [name, value] : answer.headers)
    if (name == "Retry-After") error.retry_after_ms = pacing::parse_retry_after(value, now_ms);
  if (told == 429 && error.retry_after_ms == 0)
    error.retry_after_ms = pacing::default_retry_after(manifest, action);
  error.provider_answer = answer.text;
  error.provider = std::move(answer);
  return error;
}

ActionError files_under_way() {
  ActionError error(ErrorCode::kUnavailable, reason::kFilesUnderWay,
                    "Too many large files are on their way at the moment. Try again in a few "
                    "seconds.");
  error.retry_after_ms = 2'000;
  return error;
}

ActionError streams_under_way() {
  ActionError error(ErrorCode::kUnavailable, reason::kStreamsUnderWay,
                    "Too many large bodies are being passed on at the moment. Try again in a few "
                    "seconds.");
  error.retry_after_ms = 2'000;
  return error;
}

ActionError invalid_input(manifest::Problems problems) {
  std::string text = problems.size() == 1
                         ? "The input is not right: "
                         : "The input has " + std::to_string(problems.size()) + " problems: ";
  constexpr std::size_t kMostNamed = 10;
  for (std::size_t i = 0; i < std::min(problems.size(), kMostNamed); ++i) {
    if (i > 0) text += "; ";
    if (!problems[i].pointer.empty()) text += problems[i].pointer + ": ";
    text += problems[i].message;
  }
  if (problems.size() > kMostNamed) text += "; ...";
  ActionError error(ErrorCode::kInvalidArgument, reason::kInvalidInput, std::move(text));
  if (!problems.empty()) error.field = problems.front().pointer;
  error.problems = std::move(problems);
  return error;
}

}  // namespace patchbay::actions
