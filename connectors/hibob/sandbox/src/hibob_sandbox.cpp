#include "hibob_sandbox/hibob_sandbox.h"

#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "patchbay/sandbox/rate_limiter.h"
#include "patchbay/sandbox/static_credential.h"
#include "time_off.h"

namespace hibob_sandbox {
namespace {

using sandbox::Request;
using sandbox::Response;

constexpr std::string_view kServiceUser = "SERVICE-10417";
constexpr sandbox::WindowRule kSearchLimit{.limit = 50, .window_ms = 60'000};
constexpr std::string_view kPermissions[] = {
    "people:read",    "people:write", "work_history:read", "employment_history:read",
    "lifecycle:read", "payroll:read", "time_off:read",     "time_off:write"};

class HibobSandbox final : public sandbox::Provider {
 public:
  explicit HibobSandbox(sandbox::Services kit)
      : kit_(kit),
        credential_(kit.state, 30, "permission",
                    {std::begin(kPermissions), std::end(kPermissions)}) {}

  void add_routes(sandbox::Router& router) override {
    add(router, "POST", "/v1/people/search", "people:read", [this](const Request& request) {
      if (!limiter_.allow(kSearchLimit, "search", kit_.clock.now_ms()))
        return error(429, "TOO_MANY_REQUESTS", "50 requests a minute");
      return people_.search(request);
    });
    add(router, "POST", "/v1/people/{id}", "people:read",
        [this](const Request& request) { return people_.get(request); });
    add(router, "POST", "/v1/people", "people:write",
        [this](const Request& request) { return people_.create(request); });
    add(router, "PUT", "/v1/people/{id}", "people:write",
        [this](const Request& request) { return people_.update(request); });
    add(router, "GET", "/v1/profiles", "people:read",
        [this](const Request& request) { return people_.profiles(request); });
    for (const auto& [table, permission] : {std::pair{"work", "work_history:read"},
                                            {"employment", "employment_history:read"},
                                            {"lifecycle", "lifecycle:read"},
                                            {"salaries", "payroll:read"}})
      add(router, "GET", std::string("/v1/bulk/people/") + table, permission,
          [this, table](const Request& request) { return people_.history(request, table); });
    add_time_off(router);
    add(router, "GET", "/v1/company/people/fields", "", &people_fields);
    add(router, "GET", "/v1/company/named-lists/{name}", "", &named_list);
  }

  json::array credentials() const override {
    return {json::object{{"label", "Service user"},
                         {"fields", json::object{{"service_user_id", kServiceUser},
                                                 {"token", credential_.secret()}}}}};
  }
  json::object options() const override { return credential_.options(); }
  std::optional<std::string> set_options(const json::object& changes) override {
    return credential_.set_options(changes);
  }
  void reset() override {
    credential_.reset();
    const std::scoped_lock lock(mutex_);
    limiter_.clear();
    people_ = People();
    time_off_.reset();
  }
  bool looks_secret(std::string_view value) const override { return value == credential_.secret(); }
  Response not_found(const Request&, const std::vector<std::string>& others) override {
    return others.empty() ? error(404, "NOT_FOUND", "there is no such endpoint")
                          : error(405, "METHOD_NOT_ALLOWED", "not with this method");
  }

 private:
  void add_time_off(sandbox::Router& router) {
    constexpr const char* kRequest = "/v1/timeoff/employees/{id}/requests/{request}";
    add(router, "GET", "/v1/timeoff/whosout", "time_off:read",
        [this](const Request& request) { return time_off_.who_is_out(request); });
    add(router, "GET", "/v1/timeoff/requests/changes", "time_off:read",
        [this](const Request& request) { return time_off_.changes(request); });
    add(router, "GET", "/v1/timeoff/employees/{id}/balance", "time_off:read",
        [this](const Request& request) { return time_off_.balance(request); });
    add(router, "GET", "/v1/timeoff/policy-types", "time_off:read", &TimeOff::types);
    add(router, "POST", "/v1/timeoff/employees/{id}/requests", "time_off:write",
        [this](const Request& request) { return time_off_.submit(request); });
    add(router, "GET", kRequest, "time_off:read",
        [this](const Request& request) { return time_off_.get(request); });
    add(router, "DELETE", kRequest, "time_off:write",
        [this](const Request& request) { return time_off_.cancel(request); });
  }

  // Who asks, and whether they may, comes before everything else.
  void add(sandbox::Router& router, std::string method, std::string pattern,
           std::string_view permission, sandbox::Handler handler) {
    router.add(std::move(method), std::move(pattern),
               [this, permission = std::string(permission),
                handler = std::move(handler)](const Request& request) {
                 const auto given = request.basic();
                 if (!given || given->first != kServiceUser || !credential_.is(given->second))
                   return error(401, "UNAUTHORIZED", "the service user is not known");
                 if (credential_.lacks(permission))
                   return error(403, "FORBIDDEN", "the service user has no permission for this");
                 const std::scoped_lock lock(mutex_);
                 return handler(request);
               });
  }

  sandbox::Services kit_;
  sandbox::StaticCredential credential_;
  std::mutex mutex_;  // of what follows; a test's thread resets it
  sandbox::WindowLimiter limiter_;
  People people_;
  TimeOff time_off_{people_};
};

}  // namespace

sandbox::ProviderInfo info() {
  return {.name = "hibob",
          .hosts = {"api.hibob.com"},
          .about =
              "A company in Bob: people, their history, time off. A service user signs in by "
              "HTTP Basic; the option `denied` takes permissions from it."};
}

std::unique_ptr<sandbox::Provider> make(sandbox::Services kit) {
  return std::make_unique<HibobSandbox>(kit);
}

}  // namespace hibob_sandbox
