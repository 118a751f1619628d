#include "conformance/provider.h"

#include <memory>
#include <random>
#include <set>

#include "base/json.h"

namespace patchbay::conformance {
namespace {

using testing::Pairs;
using testing::ReplySpec;
using testing::SeenRequest;

constexpr std::size_t kHugeBody = std::size_t{10} << 20U;

std::string all_scopes(const manifest::Manifest& manifest) {
  std::set<std::string> scopes;
  for (const auto& permission : manifest.permissions)
    for (const auto* side : {&permission.read, &permission.write})
      scopes.insert(side->scopes.begin(), side->scopes.end());
  std::string text;
  for (const auto& scope : scopes) text += (text.empty() ? "" : " ") + scope;
  return text;
}

// The fields of token answers as providers name them, and an empty list of everything else.
std::string plausible_body(const std::string& scopes, unsigned number) {
  const std::string token = kMintedMark + std::to_string(number) + "-0123456789abcdef";
  json::Writer out;
  out.begin_object().member("ok", true).member("success", true);
  out.member("access_token", token).member("token", token).member("token_type", "Bearer");
  out.member("refresh_token", token + "-refresh").member("expires_in", 3600);
  out.member("scope", scopes);
  out.key("data").begin_object().member("token", token).end_object();
  out.key("_data").begin_array().end_array();
  return out.end_object().take();
}

Provider always(std::string name, ReplySpec reply) {
  return {std::move(name),
          [reply = std::move(reply)](const SeenRequest&, unsigned) { return reply; }};
}

ReplySpec json_reply(std::uint32_t status, std::string body, Pairs headers = {}) {
  headers.emplace_back("content-type", "application/json");
  return {.status = status, .body = std::move(body), .headers = std::move(headers)};
}

std::string deep(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

std::string random_bytes(std::uint64_t seed, std::size_t size) {
  std::mt19937_64 engine(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(engine());
  return bytes;
}

void add_network_errors(std::vector<Provider>& all) {
  for (std::uint32_t error = PATCHBAY_NET_DNS; error <= PATCHBAY_NET_OTHER + 1; ++error)
    for (const std::uint32_t flags : {0U, PATCHBAY_REPLY_UNPROCESSED})
      all.push_back(
          always("network error " + std::to_string(error) + (flags == 0 ? "" : ", not processed"),
                 {.net_error = error, .flags = flags}));
  all.push_back(
      always("cut in the middle of a body",
             {.status = 200, .body = R"({"access_token":"SECR)", .net_error = PATCHBAY_NET_RESET}));
}

void add_statuses(std::vector<Provider>& all) {
  for (const std::uint32_t status :
       {0U,   100U, 200U, 201U, 202U, 204U, 301U, 302U, 307U, 400U, 401U,
        403U, 404U, 405U, 408U, 409U, 410U, 413U, 415U, 418U, 422U, 425U,
        429U, 451U, 500U, 501U, 502U, 503U, 504U, 599U, 999U})
    all.push_back(always("status " + std::to_string(status), json_reply(status, "{}")));
  for (const char* after :
       {"7", "-1", "99999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT", "x"})
    all.push_back(always("429, Retry-After " + std::string(after),
                         json_reply(429, "{}", {{"retry-after", after}})));
  all.push_back(
      always("redirect elsewhere", json_reply(302, "", {{"location", "https://evil.example/"}})));
}

void add_oauth_errors(std::vector<Provider>& all) {
  for (const char* code : {"invalid_client", "invalid_grant", "invalid_scope", "invalid_request",
                           "unauthorized_client", "unsupported_grant_type", "access_denied",
                           "temporarily_unavailable", "slow_down", "never_heard_of"})
    for (const std::uint32_t status : {400U, 401U})
      all.push_back(
          always(std::string(code) + " with " + std::to_string(status),
                 json_reply(status, json::Writer()
                                        .begin_object()
                                        .member("error", code)
                                        .member("error_description", "As the provider words it.")
                                        .end_object()
                                        .take())));
}

void add_bodies(std::vector<Provider>& all) {
  const std::vector<std::pair<std::string, std::string>> bodies{
      {"empty", ""},
      {"null", "null"},
      {"a list", "[]"},
      {"a number", "12"},
      {"a text", "\"x\""},
      {"half an object", R"({"access_token": "SECRET-minted-h)"},
      {"HTML", "<!doctype html><title>Sign in</title><h1>Maintenance</h1>"},
      {"deep", deep(100'000)},
      {"deep objects", R"({"data":)" + deep(5'000) + "}"},
      {"10 MB", std::string(kHugeBody, 'a')},
      {"10 MB of JSON", "{\"access_token\":\"" + std::string(kHugeBody, 'a') + "\"}"},
      {"no UTF-8", "{\"access_token\":\"\xff\xfe\xc0\x80\"}"},
      {"control characters", R"({"access_token":"a\r\nX-Injected: 1","token":"\u0000"})"},
      {"a huge exponent", R"({"access_token":"SECRET-minted-e","expires_in":1e99999999})"},
      {"a key twice", R"({"access_token":"SECRET-minted-a","access_token":"SECRET-minted-b"})"},
      {"null bytes", std::string(1000, '\0')}};
  for (const auto& [name, body] : bodies) all.push_back(always(name, json_reply(200, body)));
  for (std::uint64_t seed = 1; seed <= 8; ++seed)
    all.push_back(always("random bytes " + std::to_string(seed),
                         json_reply(200, random_bytes(seed, 1U << (2 * seed)))));
}

void add_token_values(std::vector<Provider>& all) {
  for (const char* value : {"null", "12", "{}", "[]", "\"\"", "true", R"(["SECRET-minted-l"])"})
    all.push_back(always("a token that is " + std::string(value),
                         json_reply(200, R"({"access_token":)" + std::string(value) +
                                             R"(,"token":)" + value + R"(,"expires_in":3600})")));
  for (const char* value : {"-1", "0", "1e30", "9223372036854775807", "\"soon\"", "null", "3.5"})
    all.push_back(always("expires_in " + std::string(value),
                         json_reply(200, R"({"access_token":"SECRET-minted-x","token":)"
                                         R"("SECRET-minted-x","expires_in":)" +
                                             std::string(value) + "}")));
}

void add_headers(std::vector<Provider>& all) {
  Pairs many;
  for (int i = 0; i < 1000; ++i) many.emplace_back("x-header-" + std::to_string(i), "v");
  all.push_back(always("a thousand headers", json_reply(200, "{}", many)));
  all.push_back(always("odd headers", json_reply(200, "{}", {{"", ""}, {"x", "\xff"}})));
}

}  // namespace

Provider plausible_provider(const manifest::Manifest& manifest) {
  return {"plausible", [scopes = all_scopes(manifest)](const SeenRequest&, unsigned number) {
            return json_reply(200, plausible_body(scopes, number));
          }};
}

Providers difficult_providers(const manifest::Manifest& manifest) {
  auto all = std::make_shared<std::vector<Provider>>();
  add_network_errors(*all);
  add_statuses(*all);
  add_oauth_errors(*all);
  add_bodies(*all);
  add_token_values(*all);
  add_headers(*all);
  // Well at first, then not.
  const auto plausible = plausible_provider(manifest);
  std::vector<Provider> late;
  for (const auto& provider : *all)
    late.push_back(
        {"plausible, then " + provider.name, [first = plausible.answer, then = provider.answer](
                                                 const SeenRequest& request, unsigned number) {
           return number == 0 ? first(request, number) : then(request, number);
         }});
  all->insert(all->end(), late.begin(), late.end());
  all->push_back(plausible);
  return all;
}

Provider random_provider(Providers known, std::uint64_t seed) {
  return {"random " + std::to_string(seed),
          [known = std::move(known), seed](const SeenRequest& request, unsigned number) {
            std::mt19937_64 engine(seed * 1000 + number);
            auto reply = (*known)[engine() % known->size()].answer(request, number);
            // A few bytes of it changed, or its end cut off.
            for (auto changes = engine() % 4; changes > 0 && !reply.body.empty(); --changes)
              reply.body[engine() % reply.body.size()] = static_cast<char>(engine());
            if (engine() % 5 == 0) reply.body.resize(reply.body.size() / 2);
            if (engine() % 10 == 0) reply.status = static_cast<std::uint32_t>(engine() % 600);
            return reply;
          }};
}

}  // namespace patchbay::conformance
