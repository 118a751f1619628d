#include "model_provider.h"

#include "base/json.h"

namespace patchbay::simulator {
namespace {

constexpr std::string_view kPersonioHost = "api.personio.de";
constexpr std::string_view kRefreshGrant = "refresh_token";

ProviderAnswer refusal(unsigned status, std::string_view code) {
  json::Writer out;
  return {status, out.begin_object().member("error", code).end_object().take(), {}};
}

ProviderAnswer said(unsigned status, std::string_view body) {
  return {status, std::string(body), {}};
}

}  // namespace

std::string_view ProviderRequest::field(std::string_view name) const {
  for (const auto& [key, value] : form)
    if (key == name) return value;
  return {};
}

Grant* ModelProvider::grant_of(const ProviderRequest& request) {
  if (auto* presented = presented_by(request)) return &book_.grant(presented->grant);
  const auto code = request.field("code");
  return book_.find_client(code.empty() ? request.field("client_id") : code);
}

MintedToken* ModelProvider::presented_by(const ProviderRequest& request) {
  if (request.field("grant_type") != kRefreshGrant) return nullptr;
  return book_.find(request.field("refresh_token"));
}

ProviderAnswer ModelProvider::process(const ProviderRequest& request, std::int64_t now) {
  if (request.host == kPersonioHost) {
    if (request.path == "/v2/auth/token") return personio_token(request, now);
    if (request.path == "/v1/auth") return personio_token_v1(request, now);
    if (request.path == "/v2/auth/revoke") return personio_revoke(request, now);
    if (request.path == "/v2/persons") return personio_persons(request, now);
  } else {
    if (request.path == "/token") return rota_token(request, now);
    if (request.path == "/revoke") return rota_revoke(request);
  }
  return said(404, "{}");
}

ProviderAnswer ModelProvider::personio_token(const ProviderRequest& request, std::int64_t now) {
  const auto* grant = grant_of(request);
  if (grant == nullptr || grant->is_over) return refusal(401, "invalid_client");
  if (grant->secret != request.field("client_secret")) return refusal(401, "unauthorized_client");
  const auto& token = book_.mint(*grant, false, now);
  json::Writer out;
  out.begin_object()
      .member("access_token", token.value)
      .member("token_type", "Bearer")
      .member("expires_in", grant->lifetime_ms / 1000)
      .member("scope", "personio:persons:read")
      .end_object();
  return {200, out.take(), {token.id}};
}

ProviderAnswer ModelProvider::personio_token_v1(const ProviderRequest& request, std::int64_t now) {
  const auto* grant = grant_of(request);
  if (grant == nullptr || grant->is_over || grant->secret != request.field("client_secret"))
    return said(403, R"({"success":false,"error":{"code":403,"message":"Wrong credentials"}})");
  const auto& token = book_.mint(*grant, false, now);
  json::Writer out;
  out.begin_object()
      .member("success", true)
      .key("data")
      .begin_object()
      .member("token", token.value)
      .member("expires_in", grant->lifetime_ms / 1000)
      .end_object()
      .end_object();
  return {200, out.take(), {token.id}};
}

ProviderAnswer ModelProvider::personio_persons(const ProviderRequest& request, std::int64_t now) {
  const auto* token = book_.find(request.bearer);
  if (token == nullptr || !token->is_alive(now)) return said(401, R"({"errors":[]})");
  if (!book_.grant(token->grant).may_read) return said(403, R"({"errors":[{"detail":"no"}]})");
  return said(200, R"({"_data":[{"id":"1","first_name":"Ada"}]})");
}

ProviderAnswer ModelProvider::personio_revoke(const ProviderRequest& request, std::int64_t now) {
  auto* token = book_.find(request.bearer);
  if (token == nullptr || !token->is_alive(now)) return refusal(401, "invalid_token");
  token->is_over = true;
  token->revoked_by_hub = true;
  return said(200, "{}");
}

ProviderAnswer ModelProvider::rota_tokens(const Grant& grant, std::int64_t now) {
  const int access = book_.mint(grant, false, now).id;
  const int refresh = book_.mint(grant, true, now).id;
  json::Writer out;
  out.begin_object()
      .member("access_token", book_.token(access).value)
      .member("token_type", "Bearer")
      .member("expires_in", grant.lifetime_ms / 1000)
      .member("refresh_token", book_.token(refresh).value)
      .end_object();
  return {200, out.take(), {access, refresh}};
}

ProviderAnswer ModelProvider::rota_exchange(const ProviderRequest& request, std::int64_t now) {
  auto* grant = book_.find_client(request.field("code"));
  if (grant == nullptr || grant->is_over) return refusal(400, "invalid_grant");
  if (grant->code_used) {  // RFC 6749, section 4.1.2: what was issued for it is revoked
    book_.end(*grant);
    return refusal(400, "invalid_grant");
  }
  grant->code_used = true;
  return rota_tokens(*grant, now);
}

ProviderAnswer ModelProvider::rota_token(const ProviderRequest& request, std::int64_t now) {
  if (request.field("grant_type") != kRefreshGrant) return rota_exchange(request, now);
  auto* token = presented_by(request);
  if (token == nullptr || token->is_over) return refusal(400, "invalid_grant");
  auto& grant = book_.grant(token->grant);
  if (grant.is_over) return refusal(400, "invalid_grant");
  if (token->spent == 0) {
    token->spent = now;
    return rota_tokens(grant, now);
  }
  if (grant.kind == GrantKind::kGrace && !token->forgiven && now - token->spent <= kGraceMs) {
    token->forgiven = true;
    return rota_tokens(grant, now);
  }
  book_.end(grant);
  return refusal(400, "invalid_grant");
}

// Ending the refresh token ends the grant.
ProviderAnswer ModelProvider::rota_revoke(const ProviderRequest& request) {
  auto* token = book_.find(request.field("token"));
  if (token == nullptr || token->is_over) return said(200, "{}");
  token->revoked_by_hub = true;
  token->is_over = true;
  if (token->is_refresh) {
    auto& grant = book_.grant(token->grant);
    grant.ended_by_hub = true;
    book_.end(grant);
  }
  return said(200, "{}");
}

}  // namespace patchbay::simulator
