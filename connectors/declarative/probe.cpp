#include "probe.h"

#include <algorithm>

#include "patchbay/sdk/json.h"

namespace declarative {
namespace {

using namespace patchbay::sdk;

constexpr std::uint32_t kTimeoutMs = 20'000;
constexpr std::uint32_t kMaxBody = 1024U * 1024U;

// An id belongs to one field alone, wherever its value travels.
std::string_view value_of(const ValueSource& source, const Input& input, std::string_view token) {
  if (source.is_token) return token;
  for (const std::string_view value :
       {input.secret(source.name), input.field(source.name), input.setup_secret(source.name),
        input.setup_field(source.name)})
    if (!value.empty()) return trim(value);
  return {};
}

bool is_empty(const ValueSource& source, const Input& input) {
  return !source.is_token && !source.name.empty() && value_of(source, input, {}).empty();
}

}  // namespace

void send_probe(Action& action, const Probe& probe, std::string_view url, const Input& input,
                std::string_view token) {
  const Authorization& how = probe.authorization;
  const std::string_view value = value_of(how.value, input, token);
  Request& request = action.request(probe.method, url)
                         .accept_json()
                         .secret()
                         .idempotent()
                         .timeout_ms(kTimeoutMs)
                         .max_body(kMaxBody);
  switch (how.kind) {
    case Authorization::Kind::kBearer:
      request.bearer(value);
      break;
    case Authorization::Kind::kBasic:
      request.basic(value_of(how.user, input, token), value);
      break;
    case Authorization::Kind::kHeader:
      request.header(how.name, action.arena().text(how.prefix, value));
      break;
  }
  for (const AuthHeader& header : how.headers)
    request.header(header.name, value_of(header.value, input, token));
  if (!probe.body.empty()) request.body("application/json", probe.body);
}

std::string_view empty_field(const Probe& probe, const Input& input) {
  const Authorization& how = probe.authorization;
  if (is_empty(how.user, input)) return how.user.name;
  return is_empty(how.value, input) ? std::string_view(how.value.name) : std::string_view();
}

void read_probe(const Probe& probe, const Reply& reply, Done& done) {
  for (const std::string& permission : probe.proves) done.granted(permission);
  if (probe.facts.empty()) return;
  const JsonDocument document(reply.body(), {.max_bytes = kMaxBody});
  if (!document.valid()) return;
  for (const ProbeFact& fact : probe.facts) {
    boost::json::error_code error;
    const auto* value = document.value()->find_pointer(fact.path, error);
    if (const auto text = json_text(value)) {
      done.fact(fact.id, *text);
    } else if (value != nullptr && value->is_int64()) {
      done.fact(fact.id, std::to_string(value->get_int64()));
    }
  }
}

bool refused_by_manifest(Action& action, const Method& method, std::uint32_t status,
                         std::string_view error, std::string_view excerpt, std::string_view host,
                         bool used_before) {
  for (const RefusalRule& refusal : method.refusals) {
    const bool status_fits =
        refusal.statuses.empty()
            ? status == 0 || (status >= 400 && status < 500)
            : std::ranges::find(refusal.statuses, status) != refusal.statuses.end();
    if (!status_fits || (!refusal.error.empty() && refusal.error != error)) continue;
    const bool withdrawn = used_before && refusal.failure == Failure::credentials;
    Fail& fail =
        action.fail(withdrawn ? Failure::revoked : refusal.failure,
                    withdrawn && !refusal.withdrawn.empty() ? refusal.withdrawn : refusal.message);
    fail.at(refusal.field)
        .permission(refusal.permission)
        .arg("host", host)
        .arg("status", std::int64_t{status})
        .arg("error", error)
        .excerpt(excerpt);
    return true;
  }
  return false;
}

}  // namespace declarative
