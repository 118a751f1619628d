#include "plan.h"

#include <algorithm>

#include "patchbay/sdk/json.h"

namespace declarative {
namespace {

using namespace patchbay::sdk;
using Object = boost::json::object;

constexpr JsonLimits kLimits{.max_bytes = std::size_t{4} << 20U, .max_depth = 64};

std::string text(const Object* object, std::string_view name, std::string_view otherwise = {}) {
  return std::string(json_text(object, name).value_or(otherwise));
}

bool flag(const Object* object, std::string_view name) {
  const auto* value = json_member(object, name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

template <class Each>
void for_each_object(const Object* parent, std::string_view name, Each each) {
  const auto* list = json_array(parent, name);
  if (list == nullptr) return;
  for (const auto& item : *list)
    if (const auto* object = item.if_object()) each(*object);
}

std::vector<std::string> texts(const Object* parent, std::string_view name) {
  std::vector<std::string> out;
  if (const auto* list = json_array(parent, name)) {
    out.reserve(list->size());
    for (const auto& item : *list) out.emplace_back(json_text(&item).value_or(""));
  }
  return out;
}

ValueSource source(const Object* object) {
  if (const auto token = json_text(object, "token")) return {true, std::string(*token)};
  return {false, text(object, "field")};
}

// One of the method's rules, by the name of its token. False: there is none that fits in a header.
bool read_authorization(const Object& method, std::string_view token, Authorization& out) {
  bool found = false;
  for_each_object(&method, "authorization", [&](const Object& rule) {
    if (json_text(&rule, "token") != token) return;
    const auto kind = json_text(&rule, "kind");
    found = kind == "bearer" || kind == "basic" || kind == "header";
    out.kind = kind == "basic"    ? Authorization::Kind::kBasic
               : kind == "header" ? Authorization::Kind::kHeader
                                  : Authorization::Kind::kBearer;
    out.name = text(&rule, "name");
    out.prefix = text(&rule, "prefix");
    out.value = source(json_object(&rule, "value"));
    out.user = source(json_object(&rule, "user"));
    for_each_object(&rule, "headers", [&out](const Object& header) {
      out.headers.push_back({text(&header, "name"), source(json_object(&header, "value"))});
    });
  });
  return found;
}

bool read_probe(const Object& method, const Object& probe, Probe& out) {
  out.method = text(&probe, "method", "GET");
  out.url = text(&probe, "url");
  if (const auto* body = json_member(&probe, "body")) out.body = boost::json::serialize(*body);
  for_each_object(&probe, "facts", [&out](const Object& fact) {
    out.facts.push_back({text(&fact, "id"), text(&fact, "path")});
  });
  out.proves = texts(&probe, "proves");
  return !out.url.empty() && read_authorization(method, text(&probe, "token"), out.authorization);
}

Failure failure_of(std::string_view name) {
  if (name == "credentials") return Failure::credentials;
  if (name == "permission") return Failure::permission;
  return name == "configuration" ? Failure::configuration : Failure::protocol;
}

RefusalRule read_refusal(const Object& object) {
  RefusalRule refusal{.statuses = {},
                      .error = text(&object, "error"),
                      .failure = failure_of(text(&object, "failure")),
                      .message = text(&object, "message"),
                      .withdrawn = text(&object, "withdrawn"),
                      .field = text(&object, "field"),
                      .permission = text(&object, "permission")};
  if (const auto* statuses = json_array(&object, "status"))
    for (const auto& status : *statuses)
      if (const auto* number = status.if_int64())
        refusal.statuses.push_back(static_cast<std::uint32_t>(*number));
  return refusal;
}

// False: this method needs code.
bool read_grant(const Object& object, Method& method) {
  const auto* grant = json_object(&object, "grant");
  const std::string type = text(&object, "grant_type");
  if (grant == nullptr || type == "custom") return false;
  if (type == "client_credentials") method.type = GrantType::kClientCredentials;
  if (type == "authorization_code") method.type = GrantType::kAuthorizationCode;
  method.token_url = text(grant, "token_url");
  method.authorize_url = text(grant, "authorize_url");
  method.issuer = text(grant, "issuer");
  method.issuer_required = flag(grant, "issuer_required");
  method.revoke_url = text(grant, "revoke_url");
  const std::string client = text(grant, "client_authentication", "form");
  method.client_authentication = client == "basic"  ? ClientAuthentication::basic
                                 : client == "none" ? ClientAuthentication::none
                                                    : ClientAuthentication::form;
  method.client_id = text(grant, "client_id", "client_id");
  method.client_secret = text(grant, "client_secret", "client_secret");
  method.scope = text(grant, "scope");
  method.scope_per_permission = flag(grant, "scope_per_permission");
  method.is_revoked_by_holder = text(grant, "revoke_authentication") == "bearer";
  if (const auto* probe = json_object(grant, "probe"))
    if (!read_probe(object, *probe, method.probe.emplace())) return false;
  for_each_object(grant, "refusals", [&method](const Object& refusal) {
    method.refusals.push_back(read_refusal(refusal));
  });
  return method.type == GrantType::kStatic ? method.probe.has_value() : !method.token_url.empty();
}

bool read_method(const Object& object, Method& method) {
  method.id = text(&object, "id");
  method.is_rotating = json_text(&object, "renewal") == "rotating";
  for_each_object(&object, "environments", [&method](const Object& environment) {
    Variables& variables = method.environments[text(&environment, "id")];
    if (const auto* list = json_object(&environment, "variables"))
      for (const auto& [name, value] : *list)
        variables.emplace(std::string(name), json_text(&value).value_or(""));
  });
  if (const auto* token = json_first_object(json_array(&object, "tokens"))) {
    method.token = text(token, "name");
    method.lifetime_s = json_integer(token, "lifetime_s").value_or(0);
  }
  return read_grant(object, method);
}

void read_scopes(const Object* root, Plan& plan) {
  for_each_object(root, "permissions", [&plan](const Object& permission) {
    for (const char* side : {"read", "write"}) {
      const auto scopes = texts(json_object(&permission, side), "scopes");
      if (!scopes.empty()) plan.scopes[text(&permission, "id") + ":" + side] = scopes.front();
    }
  });
}

}  // namespace

const Method* Plan::find(std::string_view id) const {
  const auto found = std::ranges::find(methods, id, &Method::id);
  return found == methods.end() ? nullptr : &*found;
}

patchbay_status read_plan(std::string_view manifest_json, Plan& plan) {
  const JsonDocument document(manifest_json, kLimits);
  const auto* root = document.object();
  const auto* methods = json_array(root, "auth_methods");
  if (methods == nullptr || methods->empty()) return PATCHBAY_E_INVALID;
  bool needs_code = false;
  for_each_object(root, "auth_methods", [&](const Object& object) {
    needs_code = !read_method(object, plan.methods.emplace_back()) || needs_code;
  });
  for_each_object(root, "actions", [&](const Object& action) {
    needs_code = needs_code || json_text(&action, "handler") == "connector";
  });
  read_scopes(root, plan);
  return needs_code ? PATCHBAY_E_UNSUPPORTED : PATCHBAY_OK;
}

}  // namespace declarative
