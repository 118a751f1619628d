#include "personio_sandbox/personio_sandbox.h"

#include "patchbay/sandbox/error.h"
#include "permissions.h"
#include "provider.h"
#include "service.h"

namespace patchbay::personio_sandbox {
namespace {

constexpr std::size_t kBodyLimit = 32U << 20U;  // a document of 30 MB and its form

}  // namespace

PersonioSandbox::PersonioSandbox() : PersonioSandbox(Start{}) {}

PersonioSandbox::PersonioSandbox(Start start) {
  sandbox_ = std::make_unique<sandbox::Sandbox>(
      provider_info(),
      [this, &start](sandbox::Services kit) {
        service_ = std::make_shared<Service>(kit, start.options);
        return std::make_unique<PersonioProvider>(service_);
      },
      sandbox::Sandbox::Options{.state_dir = start.state_dir, .port = start.port});
}

// The service's thread reads the kit's clock: what is left of the service ends with the provider,
// before the clock.
PersonioSandbox::~PersonioSandbox() {
  service_.reset();
}

Integration PersonioSandbox::default_integration() const {
  const std::lock_guard lock(service_->mutex);
  if (service_->integrations.all().empty()) {
    throw sandbox::SandboxError(
        "every integration was deleted; reset() brings the first ones back");
  }
  return service_->integrations.all().front();
}

std::vector<Integration> PersonioSandbox::integrations() const {
  const std::lock_guard lock(service_->mutex);
  return service_->integrations.all();
}

Integration PersonioSandbox::create_integration(const IntegrationRequest& request) {
  if (const auto error = check_permissions(request)) throw sandbox::SandboxError(*error);
  const std::lock_guard lock(service_->mutex);
  return service_->integrations.create(request, service_->now_ms());
}

bool PersonioSandbox::delete_integration(const std::string& client_id) {
  const std::lock_guard lock(service_->mutex);
  if (!service_->integrations.remove(client_id)) return false;
  service_->tokens.revoke_all(client_id, service_->now_ms());
  return true;
}

RecruitingAccess PersonioSandbox::recruiting_access() const {
  const std::lock_guard lock(service_->mutex);
  return service_->recruiting.access();
}

std::size_t PersonioSandbox::expire_tokens(const std::string& client_id) {
  const std::lock_guard lock(service_->mutex);
  return service_->tokens.expire_all(client_id, service_->now_ms());
}

std::size_t PersonioSandbox::revoke_tokens(const std::string& client_id) {
  const std::lock_guard lock(service_->mutex);
  return service_->tokens.revoke_all(client_id, service_->now_ms());
}

std::size_t PersonioSandbox::valid_tokens(const std::string& client_id) const {
  const std::lock_guard lock(service_->mutex);
  return service_->tokens.count(client_id, service_->now_ms());
}

bool PersonioSandbox::token_is_valid(const std::string& token) const {
  const std::lock_guard lock(service_->mutex);
  return service_->tokens.find(token, service_->now_ms()) != nullptr;
}

std::vector<std::string> PersonioSandbox::violations() const {
  const std::lock_guard lock(service_->mutex);
  std::vector<std::string> list;
  for (const Violation& violation : service_->violations.last()) {
    list.push_back(violation.route + ": " + violation.text);
  }
  return list;
}

void PersonioSandbox::clear_violations() {
  const std::lock_guard lock(service_->mutex);
  service_->violations.clear();
}

Options PersonioSandbox::options() const {
  const std::lock_guard lock(service_->mutex);
  return service_->options;
}

void PersonioSandbox::set_options(const std::function<void(Options&)>& change) {
  const std::lock_guard lock(service_->mutex);
  Options changed = service_->options;
  change(changed);
  // Through the same checks as the control endpoint.
  if (const auto error = service_->set_options(options_to_json(changed))) {
    throw sandbox::SandboxError(*error);
  }
}

std::int64_t PersonioSandbox::person_id(std::int64_t index) const {
  const std::lock_guard lock(service_->mutex);
  return service_->people().id(index);
}

sandbox::ProviderInfo provider_info() {
  return {
      .name = "personio",
      .hosts = {"api.personio.de"},
      .about =
          "Behaves like Personio's public API: all of v2, webhooks included, and of v1 what v2\n"
          "lacks; 250 made-up persons. What is written is kept until it stops.\n"
          "Three integrations are there from the start: all permissions, Employees read\n"
          "only, and everything but Employees. The control endpoint makes more, deletes\n"
          "them, ends their tokens, injects faults and moves the clock.",
      .body_limit = kBodyLimit};
}

sandbox::ProviderFactory provider_factory() {
  return [](sandbox::Services kit) {
    return std::make_unique<PersonioProvider>(std::make_shared<Service>(kit, Options{}));
  };
}

}  // namespace patchbay::personio_sandbox
