#include "actions/raw_caller.h"

#include <algorithm>
#include <array>

#include "manifest/text_rules.h"

namespace patchbay::actions {
namespace {

// What concerns the connection between provider and hub, or would set something in a browser.
bool stays_here(std::string_view name) {
  constexpr std::array<std::string_view, 9> kOurs = {
      "connection", "keep-alive", "set-cookie", "set-cookie2",     "transfer-encoding",
      "trailer",    "upgrade",    "te",         "www-authenticate"};
  return std::any_of(kOurs.begin(), kOurs.end(),
                     [name](auto ours) { return net::iequals(ours, name); });
}

// A field that comes several times is one, joined (RFC 9110 §5.3).
NamedTexts shown_headers(const net::Headers& headers, std::span<const std::string_view> secrets) {
  NamedTexts shown;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const std::string_view name = headers.at(i).first;
    const std::string value = without_secrets(headers.at(i).second, secrets);
    if (stays_here(name)) continue;
    const auto same = std::find_if(shown.begin(), shown.end(), [name](const auto& field) {
      return net::iequals(field.first, name);
    });
    if (same == shown.end())
      shown.emplace_back(name, value);
    else
      same->second += ", " + value;
  }
  return shown;
}

bool carries_credential(const manifest::RequestAuth* auth, std::string_view name) {
  if (auth == nullptr) return false;
  return net::iequals(auth->name, name) ||
         std::ranges::any_of(
             auth->headers, [name](const auto& header) { return net::iequals(header.name, name); });
}

Result<> add_headers(const RawCall& call, const manifest::RequestAuth* auth,
                     net::Headers& headers) {
  headers.set("Accept", "application/json, */*;q=0.5");
  for (const auto& [name, value] : call.headers) {
    const bool credential = carries_credential(auth, name);
    if (credential || manifest::is_reserved_header(name))
      return make_error(ErrorCode::kInvalidArgument,
                        "The header \"" + name + "\" is the hub's to set. Leave it out.",
                        "headers");
    if (!headers.set(name, value))
      return make_error(ErrorCode::kInvalidArgument,
                        "A header's name or value can't be sent: \"" + name + "\".", "headers");
  }
  return {};
}

Result<net::ClientRequest> build(const RawCall& call, const RawRoute& route) {
  net::ClientRequest request;
  request.method = call.target.method;
  request.url = route.url;
  request.allowed_hosts = {manifest::parse_https_url(route.url)->host};
  PATCHBAY_TRY(add_headers(call, route.auth, request.headers));
  if (!call.body.empty()) {
    if (!request.headers.set("Content-Type", call.content_type))
      return make_error(ErrorCode::kInvalidArgument, "The body's content type can't be sent.",
                        "headers");
    request.body = SecretString(call.body);
  }
  if (route.read_only) request.repeatable = true;
  return request;
}

}  // namespace

RawCaller::RawCaller(const accounts::Services& services, TokenSource& tokens,
                     FindConnector find_connector, CallLimits limits)
    : services_(services),
      find_connector_(std::move(find_connector)),
      caller_(services, tokens, limits) {}

Task<RawCaller::Outcome> RawCaller::run(RawCall call) {
  auto& loop = services_.loops.loop_for(call.account_id);
  co_return co_await net::run_on(loop, run_here(std::move(call)));
}

Task<RawCaller::Outcome> RawCaller::run_here(RawCall call) {
  PATCHBAY_CO_TRY_ASSIGN(const UsableAccount usable,
                         co_await usable_account(services_, find_connector_, call.project_id,
                                                 call.account_id, call.allowed_at));
  const auto* method = usable.auth_method();
  if (method == nullptr)
    co_return make_error(ErrorCode::kConfiguration,
                         "The way this account was connected is no longer there. Reconnect it.");
  PATCHBAY_CO_TRY_ASSIGN(const RawRoute route,
                         route_raw_request(*usable.manifest, *method, usable.host_values,
                                           usable.stored.integration.allowed_actions, call.target));
  if (route.auth != nullptr)
    if (auto missing = fields_missing(usable, *method, route.auth->token))
      co_return *std::move(missing);
  PATCHBAY_CO_TRY_ASSIGN(const auto answered, co_await caller_.call(
                                                  usable, route.auth, route.read_only,
                                                  [&] { return build(call, route); }, call.trace));
  const auto secrets = secret_forms(answered.used);
  RawReply reply;
  reply.status = answered.reply.status;
  reply.url = answered.url.substr(0, answered.url.find('?'));
  reply.headers = shown_headers(answered.reply.headers, secrets);
  reply.body = without_secrets(answered.reply.body.reveal(), secrets);
  co_return reply;
}

}  // namespace patchbay::actions
