#include "salesforce_sandbox/salesforce_sandbox.h"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "app.h"
#include "rest.h"

namespace salesforce_sandbox {
namespace {

using sandbox::Request;
using sandbox::Response;

std::vector<Org> fresh_orgs() {
  std::vector<Org> orgs;
  orgs.reserve(3);
  orgs.emplace_back("acme.my.salesforce.com", "00D000000000001");
  orgs.emplace_back("globex.my.salesforce.com", "00D000000000002");
  orgs.emplace_back("acme--uat.sandbox.my.salesforce.com", "00D000000000003");
  return orgs;
}

class SalesforceSandbox final : public sandbox::Provider {
 public:
  explicit SalesforceSandbox(sandbox::Services kit)
      : orgs_(fresh_orgs()), app_(kit, orgs_), rest_(app_) {}

  void add_routes(sandbox::Router& router) override {
    add(router, "GET", "/services/oauth2/authorize", &App::show);
    add(router, "POST", "/services/oauth2/authorize", &App::decide);
    add(router, "POST", "/services/oauth2/token", &App::token);
    add(router, "POST", "/services/oauth2/revoke", &App::revoke);
    for (const Rest::Route& route : Rest::routes())
      router.add(route.method, route.path, [this, answer = route.answer](const Request& request) {
        const std::scoped_lock lock(mutex_);
        return rest_.call(answer, request);
      });
  }

  json::array credentials() const override {
    return {json::object{{"label", "The operator's app"}, {"fields", app_.client()}}};
  }

  json::object options() const override {
    const std::scoped_lock lock(mutex_);
    const Options& now = app_.options;
    json::array denied;
    for (const auto& each : now.denied) denied.emplace_back(each);
    return {{"denied", std::move(denied)},
            {"rotation", now.rotation},
            {"session_minutes", now.session_minutes},
            {"batch_size", now.batch_size},
            {"instance_url", now.instance_url},
            {"refusal", now.refusal},
            {"sign_in_error", now.sign_in_error},
            {"requests_left", now.requests_left}};
  }

  std::optional<std::string> set_options(const json::object& changes) override {
    const std::scoped_lock lock(mutex_);
    Options wanted = app_.options;
    for (const auto& member : changes)
      if (!set(wanted, member.key(), member.value()))
        return "there is no such option: " + std::string(member.key());
    app_.options = std::move(wanted);
    return std::nullopt;
  }

  void reset() override {
    const std::scoped_lock lock(mutex_);
    app_.reset();
    rest_.reset();
    orgs_ = fresh_orgs();
  }

  bool looks_secret(std::string_view value) const override {
    const std::scoped_lock lock(mutex_);
    return app_.issued(value);
  }

  Response not_found(const Request&, const std::vector<std::string>& others) override {
    if (others.empty())
      return rest_error(404, "NOT_FOUND", "The requested resource does not exist");
    return rest_error(405, "METHOD_NOT_ALLOWED", "HTTP Method not allowed.");
  }

 private:
  template <class Answer>
  void add(sandbox::Router& router, const char* method, const char* path, Answer answer) {
    router.add(method, path, [this, answer](const Request& request) {
      const std::scoped_lock lock(mutex_);
      return (app_.*answer)(request);
    });
  }

  static bool set(Options& options, std::string_view name, const json::value& value) {
    if (name == "denied" && value.is_array()) {
      options.denied.clear();
      for (const auto& each : value.get_array())
        if (each.is_string()) options.denied.emplace(each.get_string());
      return true;
    }
    if (name == "rotation" && value.is_bool()) {
      options.rotation = value.get_bool();
      return true;
    }
    std::int64_t* number = name == "session_minutes" ? &options.session_minutes
                           : name == "batch_size"    ? &options.batch_size
                           : name == "requests_left" ? &options.requests_left
                                                     : nullptr;
    if (number != nullptr && value.is_int64()) {
      *number = value.get_int64();
      return true;
    }
    std::string* text = name == "instance_url"    ? &options.instance_url
                        : name == "refusal"       ? &options.refusal
                        : name == "sign_in_error" ? &options.sign_in_error
                                                  : nullptr;
    if (text != nullptr && value.is_string()) {
      *text = std::string(value.get_string());
      return true;
    }
    return false;
  }

  mutable std::mutex mutex_;  // of what follows; a test's thread sets options
  std::vector<Org> orgs_;
  App app_;
  Rest rest_;
};

}  // namespace

sandbox::ProviderInfo info() {
  return {.name = "salesforce",
          .hosts = {"acme.my.salesforce.com", "globex.my.salesforce.com",
                    "acme--uat.sandbox.my.salesforce.com", "login.salesforce.com",
                    "test.salesforce.com"},
          .about =
              "Salesforce: sign in at GET /services/oauth2/authorize of login.salesforce.com or "
              "test.salesforce.com, then call the REST API under /services/data/v62.0 at the "
              "server that the token answer names. Options: denied, rotation, session_minutes, "
              "batch_size, instance_url, refusal, sign_in_error, requests_left."};
}

std::unique_ptr<sandbox::Provider> make(sandbox::Services kit) {
  return std::make_unique<SalesforceSandbox>(kit);
}

}  // namespace salesforce_sandbox
