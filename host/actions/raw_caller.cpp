#include "actions/raw_caller.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "actions/secret_window.h"
#include "manifest/text_rules.h"

namespace patchbay::actions {
namespace {

// What is held whole even when long answers are handed on: so a refusal leaves the connection to
// others, and what its body says is read.
constexpr std::uint64_t kHeldWhole = std::uint64_t{64} << 10U;

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
    const bool ours = carries_credential(auth, name) || manifest::is_reserved_header(name);
    if (ours && call.in_parts) continue;
    if (ours)
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
  if (!call.content_type.empty() && (!call.body.empty() || call.in_parts)) {
    if (!request.headers.set("Content-Type", call.content_type))
      return make_error(ErrorCode::kInvalidArgument, "The body's content type can't be sent.",
                        "headers");
  }
  request.body = SecretString(call.body);
  if (route.read_only) request.repeatable = true;
  request.body_parts = call.body_parts;
  request.body_length = call.body_length;
  return request;
}

std::string covered(std::string_view body, const std::vector<std::string_view>& secrets) {
  SecretWindow window(secrets);
  std::string out = window.pass(body);
  return out.append(window.finish());
}

std::optional<std::uint64_t> told_length(const net::Headers& headers) {
  const std::string_view text = headers.get("Content-Length").value_or("");
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return length;
}

// What is left of an answer that was handed on.
struct Rest {
  const accounts::Services& services;
  const FindConnector& find_connector;
  const std::string project_id;
  const std::string account_id;
  std::int64_t read_at;  // as UsableAccount's
  const net::BodyReader provider;
  SecretWindow window;
  std::shared_ptr<void> place;
};

// Access may be taken away while a long answer passes.
Task<Result<>> still_usable(Rest& rest) {
  auto& instance = rest.services.instance;
  PATCHBAY_CO_TRY(co_await instance.sequence());
  if (instance.may_serve(rest.read_at)) co_return Result<>();
  const auto usable =
      co_await usable_account(rest.services, rest.find_connector, rest.project_id, rest.account_id,
                              std::numeric_limits<std::int64_t>::max());
  if (!usable) co_return Error(usable.error());
  rest.read_at = usable->read_at;
  co_return Result<>();
}

Task<Result<std::optional<std::string>>> next_here(std::shared_ptr<Rest> rest) {
  while (true) {
    PATCHBAY_CO_TRY(co_await still_usable(*rest));
    PATCHBAY_CO_TRY_ASSIGN(const auto part, co_await rest->provider());
    std::string shown = part ? rest->window.pass(*part) : rest->window.finish();
    if (!shown.empty()) co_return shown;
    if (!part) co_return std::nullopt;
  }
}

Task<Result<std::optional<std::string>>> next_of(std::shared_ptr<Rest> rest) {
  auto& loop = rest->services.loops.loop_for(rest->account_id);
  co_return co_await net::run_on(loop, next_here(rest));
}

}  // namespace

// Where a long answer is to go, once there is one.
struct RawCaller::Handing {
  std::shared_ptr<void> place;  // null: none was left
};

void RawCaller::hand_on_long_answers(net::ClientRequest& request, const RawCall& call,
                                     const std::shared_ptr<Handing>& handing) const {
  request.pace.max_bytes = limits_.max_stream_bytes;
  request.hand_on = [this, handing, project = call.project_id](unsigned /*status*/, auto length) {
    if (length && *length <= kHeldWhole) return false;
    if (!handing->place) handing->place = place(project);
    return true;
  };
}

RawCaller::RawCaller(const accounts::Services& services, TokenSource& tokens,
                     FindConnector find_connector, CallLimits limits)
    : services_(services),
      limits_(limits),
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
  const auto handing = std::make_shared<Handing>();
  const auto build_it = [&]() -> Result<net::ClientRequest> {
    PATCHBAY_TRY_ASSIGN(auto request, build(call, route));
    if (call.in_parts) hand_on_long_answers(request, call, handing);
    return request;
  };
  PATCHBAY_CO_TRY_ASSIGN(
      const auto answered,
      co_await caller_.call(usable, route.auth, route.read_only, build_it, call.trace));
  const auto secrets = secret_forms(answered.used);
  RawReply reply;
  reply.status = answered.reply.status;
  reply.url = answered.url.substr(0, answered.url.find('?'));
  reply.headers = shown_headers(answered.reply.headers, secrets);
  const std::string_view body = answered.reply.body.reveal();
  reply.body = call.in_parts ? covered(body, secrets) : without_secrets(body, secrets);
  if (answered.reply.rest) {
    if (!handing->place) {
      auto refused = streams_under_way();
      refused.may_be_done = !route.read_only;
      co_return refused;
    }
    auto rest = std::make_shared<Rest>(services_, find_connector_, call.project_id, call.account_id,
                                       usable.read_at, answered.reply.rest, SecretWindow(secrets),
                                       std::exchange(handing->place, nullptr));
    reply.rest = [rest] { return next_of(rest); };
  }
  if (answered.reply.rest || call.target.method == "HEAD")
    reply.length = told_length(answered.reply.headers);
  co_return reply;
}

}  // namespace patchbay::actions
