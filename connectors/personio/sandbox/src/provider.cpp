#include "provider.h"

#include "areas.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {

namespace json = sandbox::json;

void PersonioProvider::add_routes(sandbox::Router& router) {
  add_auth_v1(router, *service_);
  add_auth_v2(router, *service_);
  add_persons(router, *service_);
  add_employments(router, *service_);
  add_employees_v1(router, *service_);
  add_person_writes(router, *service_);
  add_employment_writes(router, *service_);
  add_attendance_periods(router, *service_);
  add_absence_periods(router, *service_);
  add_projects(router, *service_);
  add_project_members(router, *service_);
  add_absence_balance_v1(router, *service_);
  add_profile_picture_v1(router, *service_);
  add_compensations(router, *service_);
  add_documents(router, *service_);
  add_documents_v1(router, *service_);
  add_legal_entities(router, *service_);
  add_org_units(router, *service_);
  add_cost_centers(router, *service_);
  add_jobs(router, *service_);
  add_recruiting(router, *service_);
  add_recruiting_v1(router, *service_);
  add_reports(router, *service_);
  add_webhooks(router, *service_);
  add_webhook_history(router, *service_);
  add_pending(router, *service_);
}

void PersonioProvider::add_control_routes(sandbox::Router& router) {
  add_control(router, *service_);
}

sandbox::Response PersonioProvider::not_found(const sandbox::Request& request,
                                              const std::vector<std::string>&) {
  const std::lock_guard lock(service_->mutex);
  service_->violations.begin_call(request.route, service_->now_ms());
  service_->violations.add("no such operation");
  if (request.path.starts_with("/v1/")) return v1_error(404, 404, "Something went wrong");
  return v2_no_such_endpoint(*service_, request.path);
}

json::array PersonioProvider::credentials() const {
  const std::lock_guard lock(service_->mutex);
  json::array list;
  for (const Integration& integration : service_->integrations.all()) {
    list.push_back(json::object{
        {"label", integration.request.label},
        {"fields",
         {{"client_id", integration.client_id}, {"client_secret", integration.client_secret}}}});
  }
  return list;
}

json::object PersonioProvider::options() const {
  const std::lock_guard lock(service_->mutex);
  return options_to_json(service_->options);
}

std::optional<std::string> PersonioProvider::set_options(const json::object& changes) {
  const std::lock_guard lock(service_->mutex);
  return service_->set_options(changes);
}

void PersonioProvider::reset() {
  const std::lock_guard lock(service_->mutex);
  service_->options = service_->start;
  service_->integrations.reset();
  service_->tokens = {};
  service_->windows.clear();
  service_->buckets.clear();
  service_->violations.clear();
  service_->start_over();
  service_->compensations = {};
  service_->documents = {};
  service_->recruiting.clear();
  service_->webhooks = {};
}

bool PersonioProvider::looks_secret(std::string_view value) const {
  // Secrets and tokens: the prefix and 86 characters. A client id is shorter.
  constexpr std::size_t kSecretSize = 5 + 86;
  const std::size_t at = value.find("papi-");
  return at != std::string_view::npos && value.size() - at >= kSecretSize;
}

}  // namespace patchbay::personio_sandbox
