// /accounts/{id}/proxy/...: a request to the provider as it comes, and the provider's answer as it
// comes, both without being held. An application points a provider's own SDK here.
#include <algorithm>
#include <array>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/this_coro.hpp>

#include "api/api.h"
#include "api/call_action.h"
#include "base/log.h"

namespace patchbay::api {
namespace {

// Tells a provider's answer from the hub's own, and from those of whatever stands in front of it.
constexpr std::string_view kAnsweredBy = "Patchbay-Answered-By";

// What the caller says to the hub, or what stood in front of the hub to the hub.
bool is_for_the_hub(std::string_view name) {
  constexpr std::array<std::string_view, 10> kOurs = {
      "forwarded", "origin", "referer",   "traceparent",  "tracestate",
      "via",       "dnt",    "x-real-ip", "x-account-id", "upgrade-insecure-requests"};
  constexpr std::string_view kForwarded = "x-forwarded-";
  return net::iequals(name.substr(0, kForwarded.size()), kForwarded) ||
         std::ranges::any_of(kOurs, [name](auto ours) { return net::iequals(ours, name); });
}

// What would say something to a browser about the hub, in whose name it comes.
bool is_about_the_host(std::string_view name) {
  constexpr std::array<std::string_view, 12> kTheirs = {"alt-svc",
                                                        "clear-site-data",
                                                        "content-security-policy",
                                                        "nel",
                                                        "origin-agent-cluster",
                                                        "public-key-pins",
                                                        "refresh",
                                                        "report-to",
                                                        "reporting-endpoints",
                                                        "service-worker-allowed",
                                                        "strict-transport-security",
                                                        "x-content-type-options"};
  constexpr std::string_view kShared = "access-control-";
  return net::iequals(name, kAnsweredBy) || net::iequals(name.substr(0, kShared.size()), kShared) ||
         std::ranges::any_of(kTheirs, [name](auto theirs) { return net::iequals(theirs, name); });
}

// The fields that concern this connection alone (RFC 9110 §7.6.1).
bool is_named_in(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), one.size() + 1));
    if (net::iequals(net::trim(one), name)) return true;
  }
  return false;
}

// Behind "/accounts/{id}/proxy", as it was sent.
std::string target_behind(std::string_view target) {
  for (int slashes = 0; slashes < 3; ++slashes) target.remove_prefix(target.find('/', 1));
  return std::string(target);
}

// Several fields of a name are one, joined (RFC 9110 §5.3).
actions::NamedTexts headers_of(const net::Request& request) {
  actions::NamedTexts passed;
  const std::string_view hop = request.header("Connection");
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto [name, value] = request.headers.at(i);
    if (is_for_the_hub(name) || is_named_in(hop, name)) continue;
    const auto same = std::ranges::find_if(
        passed, [name](const auto& field) { return net::iequals(field.first, name); });
    if (same == passed.end())
      passed.emplace_back(name, value);
    else
      same->second.append(", ").append(value);
  }
  return passed;
}

// The body, asked for on the account's loop, read on the connection's.
net::BodyReader read_on(net::asio::io_context& loop, const net::BodyReader& body) {
  return [&loop, &body]() -> Task<Result<std::optional<std::string>>> {
    return net::run_on(loop, body());
  };
}

// The key may be withdrawn while a long answer passes.
Task<Result<std::optional<std::string>>> next_part(ApiKeys& keys, const net::Request& request,
                                                   const net::BodyReader& rest) {
  PATCHBAY_CO_TRY(co_await keys.identify(request, Scope::kActions));
  co_return co_await rest();
}

net::BodyParts parts_of(ApiKeys& keys, const net::Request& request, net::BodyReader rest) {
  return [&keys, &request, rest = std::move(rest)]() -> Task<std::optional<std::string>> {
    auto part = co_await next_part(keys, request, rest);
    if (part) co_return *std::move(part);
    log::warning("proxy", "broke_off", {{"request", request.id}, {"error", part.error().message}});
    throw net::BodyBrokeOff();
  };
}

net::Response response_of(actions::RawReply reply) {
  net::Response response(reply.status);
  for (const auto& [name, value] : reply.headers)
    if (!is_about_the_host(name)) response.headers.add(name, value);
  // Should a browser ever show it, it is nothing of the hub's.
  response.with("Content-Security-Policy", "sandbox; default-src 'none'")
      .with("X-Content-Type-Options", "nosniff")
      .with(kAnsweredBy, "provider");
  response.body = std::move(reply.body);
  response.length = reply.length;
  return response;
}

}  // namespace

// Idempotency-Key is the provider's: answers that are not held can't be kept.
Task<net::Response> Api::pass_on(net::Request& request) {
  const auto caller = co_await keys_.identify(request, Scope::kActions);
  if (!caller) co_return problem_error(api_error(caller.error()), request);
  actions::RawCall call;
  call.account_id = std::string(request.param("id"));
  call.target.method = request.method;
  call.target.path = target_behind(request.target);
  call.headers = headers_of(request);
  call.content_type = std::string(request.header("Content-Type"));
  call.body = std::string(request.body.reveal());
  call.in_parts = true;
  if (request.body_parts) {
    const auto executor = co_await net::asio::this_coro::executor;
    call.body_parts = read_on(static_cast<net::asio::io_context&>(
                                  net::asio::query(executor, net::asio::execution::context)),
                              request.body_parts);
    call.body_length = request.body_length;
  }
  auto reply =
      co_await call_raw(door(), raw_, request, party_of(request, *caller), std::move(call));
  if (!reply) co_return problem_error(reply.error(), request);
  net::BodyReader rest = std::move(reply->rest);
  auto response = response_of(*std::move(reply));
  if (rest) response.parts = parts_of(keys_, request, std::move(rest));
  co_return response;
}

}  // namespace patchbay::api
