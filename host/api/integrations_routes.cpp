// /integrations: how a project uses its connectors.
#include "api/api.h"
#include "api/json_body.h"
#include "base/iso_time.h"

namespace patchbay::api {
namespace {

constexpr std::size_t kMostActions = 2'000;
constexpr std::size_t kLongestSetup = std::size_t{16} << 10U;

bool needs_setup(const store::Integration& integration, const connector::Connector* connector) {
  if (connector == nullptr || connector->manifest == nullptr) return false;
  const auto* method = connector->manifest->find_auth_method(integration.auth_method);
  return method != nullptr && !method->setup_fields.empty();
}

void write_integration(json::Writer& out, const store::Integration& integration,
                       const connector::Connector* connector) {
  out.begin_object()
      .member("id", integration.id)
      .member("provider", integration.connector_id)
      .member("name", integration.name)
      .member("auth_method", integration.auth_method)
      .member("environment", integration.environment)
      .member("is_default", integration.is_default)
      .member("active", integration.active)
      .member("needs_setup", needs_setup(integration, connector))
      .member("is_set_up", !integration.sealed_setup.empty())
      .key("allowed_actions");
  if (integration.allowed_actions)
    out.raw(*integration.allowed_actions);
  else
    out.null();
  out.member("created_at", iso_time(integration.created)).end_object();
}

// Null stands for all reads; left out, it stays as it is.
void read_actions(JsonBody& body, accounts::IntegrationWish& wish) {
  body.take("allowed_actions");
  const auto list = body.root().get("allowed_actions");
  if (!list.exists()) return;
  if (list.is_null())
    wish.allowed_actions.emplace(std::nullopt);
  else
    wish.allowed_actions.emplace(body.any_texts("allowed_actions", kMostActions));
}

accounts::IntegrationWish read_wish(JsonBody& body) {
  accounts::IntegrationWish wish;
  const auto text = [&body](std::string_view name, std::optional<std::string>& into) {
    body.take(name);
    const auto value = body.root().get(name);
    if (value.exists() && !value.is_null()) into = body.text(name);
  };
  text("name", wish.name);
  text("environment", wish.environment);
  read_actions(body, wish);
  body.take("active");
  if (const auto active = body.root().get("active"); active.exists() && !active.is_null())
    wish.active = body.flag("active", true);
  wish.make_default = body.flag("is_default", false);
  return wish;
}

std::map<std::string, SecretString> read_values(JsonBody& body) {
  std::map<std::string, SecretString> values;
  if (!body.root().get("values").exists()) body.wrong("values", "must be given");
  const auto object = body.object("values", kLongestSetup);
  for (std::size_t i = 0; i < object.size(); ++i) {
    const auto [name, value] = object.member(i);
    const auto text = value.as_string();
    if (!text)
      body.wrong("values/" + std::string(name), "must be text");
    else
      values.emplace(name, SecretString(*text));
  }
  return values;
}

}  // namespace

net::Response Api::integration_response(const store::Integration& integration, unsigned status) {
  json::Writer out;
  write_integration(out, integration, runner_.find_connector(integration.connector_id).get());
  return net::json(out.take(), status);
}

Task<net::Response> Api::list_integrations(net::Request& request, const Caller& caller) {
  const auto all =
      co_await integrations_.list(caller.project_id, request.query.get_or("provider", ""));
  if (!all) co_return problem_error(api_error(all.error()), request);
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const auto& one : *all)
    write_integration(out, one, runner_.find_connector(one.connector_id).get());
  co_return net::json(out.end_array().end_object().take());
}

Task<net::Response> Api::create_integration(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return problem_error(api_error(body.error()), request);
  accounts::NewIntegration wanted;
  wanted.connector_id = body->required_text("provider");
  wanted.auth_method = body->text("auth_method");
  wanted.wish = read_wish(*body);
  if (const auto problems = body->problems())
    co_return problem_error(api_error(*problems), request);
  const auto made =
      co_await integrations_.create(caller.project_id, std::move(wanted), asker(request, caller));
  if (!made) co_return problem_error(api_error(made.error()), request);
  co_return integration_response(*made, 201);
}

Task<net::Response> Api::get_integration(net::Request& request, const Caller& caller) {
  const auto found =
      co_await integrations_.get(caller.project_id, std::string(request.param("id")));
  if (!found) co_return problem_error(api_error(found.error()), request);
  co_return integration_response(*found, 200);
}

Task<net::Response> Api::change_integration(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return problem_error(api_error(body.error()), request);
  auto wish = read_wish(*body);
  if (const auto problems = body->problems())
    co_return problem_error(api_error(*problems), request);
  const auto changed = co_await integrations_.change(
      caller.project_id, std::string(request.param("id")), std::move(wish), asker(request, caller));
  if (!changed) co_return problem_error(api_error(changed.error()), request);
  co_return integration_response(*changed, 200);
}

Task<net::Response> Api::set_integration_up(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return problem_error(api_error(body.error()), request);
  auto values = read_values(*body);
  if (const auto problems = body->problems())
    co_return problem_error(api_error(*problems), request);
  const auto done =
      co_await integrations_.set_up(caller.project_id, std::string(request.param("id")),
                                    std::move(values), asker(request, caller));
  if (!done) co_return problem_error(api_error(done.error()), request);
  co_return integration_response(*done, 200);
}

}  // namespace patchbay::api
