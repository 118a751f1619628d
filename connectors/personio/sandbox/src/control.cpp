// Control calls that only Personio's sandbox has. The kit has checked Host and token already.
#include <algorithm>

#include "areas.h"
#include "gateway.h"
#include "permissions.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::json_response;
using sandbox::Request;
using sandbox::Response;

Response problem(int status, const std::string& text) {
  return json_response(status, json::object{{"error", text}});
}

json::array scope_list(const std::vector<std::string>& scopes) {
  json::array list;
  for (const std::string& scope : scopes) list.emplace_back(scope);
  return list;
}

json::object describe(const Service& service, const Integration& integration, bool with_secret) {
  json::object object = integration_to_json(integration, with_secret);
  object["scopes"] = scope_list(scopes_of(integration.request, service.options));
  object["valid_tokens"] = service.tokens.count(integration.client_id, service.now_ms());
  return object;
}

Response create_integration(Service& service, const Request& request) {
  const auto body = sandbox::parse_json_object(request.body.empty() ? "{}" : request.body);
  if (!body) return problem(400, "send a JSON object");
  std::string error;
  const auto wanted = integration_request(*body, error);
  if (!wanted) return problem(400, error);
  return json_response(
      201, describe(service, service.integrations.create(*wanted, service.now_ms()), true));
}

Response delete_integration(Service& service, const Request& request) {
  const std::string id = request.params.find("client_id").value_or("");
  if (!service.integrations.remove(id)) return problem(404, "no integration has this client_id");
  const std::size_t revoked = service.tokens.revoke_all(id, service.now_ms());
  return json_response(200, json::object{{"ok", true}, {"revoked_tokens", revoked}});
}

Response list_tokens(const Service& service) {
  json::array list;
  service.tokens.for_each([&](const Token& token) {
    list.push_back(json::object{{"client_id", token.client_id},
                                {"version", token.version == ApiVersion::v1 ? "v1" : "v2"},
                                {"expires_at", sandbox::iso_utc(token.expires_ms)},
                                {"valid", token.expires_ms > service.now_ms()},
                                {"scopes", scope_list(token.scopes)}});
  });
  return json_response(200, list);
}

/// `{}` or `{"client_id":"…"}`; the count comes from `act(client_id)`.
template <typename Act>
Response end_tokens(const Service& service, const Request& request, Act act) {
  const auto body = sandbox::parse_json_object(request.body.empty() ? "{}" : request.body);
  if (!body) return problem(400, "send a JSON object");
  const std::string id = sandbox::string_member(*body, "client_id").value_or("");
  if (!id.empty() && service.integrations.find(id) == nullptr) {
    return problem(404, "no integration has this client_id");
  }
  return json_response(200, json::object{{"ok", true}, {"tokens", act(id)}});
}

Response list_violations(const Service& service) {
  json::array list;
  for (const Violation& violation : service.violations.last()) {
    list.push_back(json::object{{"time", sandbox::iso_utc(violation.time_ms)},
                                {"route", violation.route},
                                {"text", violation.text}});
  }
  return json_response(
      200, json::object{{"total", service.violations.total()}, {"last", std::move(list)}});
}

Response make_event(Service& service, const Request& request) {
  const auto body = sandbox::parse_json_object(request.body);
  const std::string name = body ? sandbox::string_member(*body, "event_name").value_or("") : "";
  const auto known = webhook_events();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    return problem(400, "send {\"event_name\":\"person.updated\",\"payload\":{…}}");
  }
  const json::value* payload = body->if_contains("payload");
  const bool given = payload != nullptr && payload->is_object();
  service.happened(name, given ? payload->as_object() : json::object{});
  return json_response(200, json::object{{"ok", true}});
}

}  // namespace

void add_control(sandbox::Router& router, Service& service) {
  const std::string root = "/__sandbox";
  add_open(router, service, "GET", root + "/integrations", [&service](const Request&) {
    json::array list;
    for (const Integration& integration : service.integrations.all()) {
      list.push_back(describe(service, integration, false));
    }
    return json_response(200, list);
  });
  add_open(router, service, "POST", root + "/integrations",
           [&service](const Request& request) { return create_integration(service, request); });
  add_open(router, service, "DELETE", root + "/integrations/{client_id}",
           [&service](const Request& request) { return delete_integration(service, request); });
  add_open(router, service, "GET", root + "/recruiting", [&service](const Request&) {
    const RecruitingAccess& access = service.recruiting.access();
    return json_response(
        200, json::object{{"company_id", access.company_id}, {"recruiting_key", access.key}});
  });
  add_open(router, service, "GET", root + "/tokens",
           [&service](const Request&) { return list_tokens(service); });
  add_open(router, service, "GET", root + "/violations",
           [&service](const Request&) { return list_violations(service); });
  add_open(router, service, "DELETE", root + "/violations", [&service](const Request&) {
    service.violations.clear();
    return json_response(200, json::object{{"ok", true}});
  });
  add_open(router, service, "POST", root + "/events",
           [&service](const Request& request) { return make_event(service, request); });
  add_open(router, service, "POST", root + "/tokens/expire", [&service](const Request& request) {
    return end_tokens(service, request, [&](const std::string& id) {
      return service.tokens.expire_all(id, service.now_ms());
    });
  });
  add_open(router, service, "POST", root + "/tokens/revoke", [&service](const Request& request) {
    return end_tokens(service, request, [&](const std::string& id) {
      return service.tokens.revoke_all(id, service.now_ms());
    });
  });
}

}  // namespace patchbay::personio_sandbox
