#include "bamboohr_sandbox/bamboohr_sandbox.h"

#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "company.h"
#include "patchbay/sandbox/rate_limiter.h"
#include "patchbay/sandbox/static_credential.h"
#include "time_off.h"

namespace bamboohr_sandbox {
namespace {

using sandbox::Request;
using sandbox::Response;

constexpr std::string_view kHost = "acme.bamboohr.com";
constexpr std::string_view kNobodysHost = "nobody.bamboohr.com";
constexpr std::string_view kLimitOption = "requests_per_minute";
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::string_view kPermissions[] = {"directory:read", "employees:read", "employees:write",
                                             "time_off:read",  "time_off:write", "files:read",
                                             "reports:read"};

class BamboohrSandbox final : public sandbox::Provider {
 public:
  explicit BamboohrSandbox(sandbox::Services kit)
      : kit_(kit),
        credential_(kit.state, 20, "permission",
                    {std::begin(kPermissions), std::end(kPermissions)}) {}

  void add_routes(sandbox::Router& router) override {
    add(router, "GET", "/api/v1/company_information", "", &company_information);
    add(router, "GET", "/api/v1/meta/fields", "", &list_fields);
    add(router, "GET", "/api/v1/meta/tables", "", &list_tables);
    add(router, "GET", "/api/v1/meta/lists", "", &list_choices);
    add_employees(router);
    add_time_off(router);
    add(router, "GET", "/api/v1/files/view", "files:read", &company_files);
    add(router, "GET", "/api/v1/employees/{id}/files/view", "files:read",
        [this](const Request& request) { return employee_files(request, employees_); });
    add(router, "GET", "/api/v1_2/datasets", "reports:read", &list_datasets);
    add(router, "POST", "/api/v2/datasets/{name}/data", "reports:read",
        [this](const Request& request) { return query_dataset(request, employees_); });
    add(router, "GET", "/api/v1/custom-reports", "reports:read", &list_reports);
    add(router, "GET", "/api/v1/custom-reports/{id}", "reports:read",
        [this](const Request& request) { return get_report(request, employees_); });
  }

  json::array credentials() const override {
    return {json::object{
        {"label", "API key"},
        {"fields", json::object{{"company", "acme"}, {"api_key", credential_.secret()}}}}};
  }
  json::object options() const override {
    json::object out = credential_.options();
    const std::scoped_lock lock(mutex_);
    out[kLimitOption] = per_minute_;
    return out;
  }
  std::optional<std::string> set_options(const json::object& changes) override {
    json::object others = changes;
    others.erase(kLimitOption);
    const auto limit = sandbox::int_member(changes, kLimitOption);
    if (others.size() != changes.size() && (!limit || *limit < 0))
      return "requests_per_minute is a number";
    if (!others.empty() || changes.empty())
      if (auto wrong = credential_.set_options(others)) return wrong;
    const std::scoped_lock lock(mutex_);
    if (limit) per_minute_ = *limit;
    return std::nullopt;
  }
  void reset() override {
    credential_.reset();
    const std::scoped_lock lock(mutex_);
    per_minute_ = 0;
    limiter_.clear();
    employees_ = Employees();
    time_off_.reset();
  }
  bool looks_secret(std::string_view value) const override { return value == credential_.secret(); }
  Response not_found(const Request&, const std::vector<std::string>& others) override {
    return others.empty() ? error(404, "Not found") : error(405, "Method not allowed");
  }

 private:
  void add_employees(sandbox::Router& router) {
    const struct {
      const char* method;
      const char* path;
      const char* permission;
      Response (Employees::*read)(const Request&) const;
      Response (Employees::*write)(const Request&);
    } kRoutes[] = {
        {"GET", "/api/v1/employees", "employees:read", &Employees::list, nullptr},
        {"GET", "/api/v1/employees/{id}", "employees:read", &Employees::get, nullptr},
        {"GET", "/api/v1/employees/directory", "directory:read", &Employees::directory, nullptr},
        {"GET", "/api/v1/employees/changed", "employees:read", &Employees::changed, nullptr},
        {"POST", "/api/v1/employees", "employees:write", nullptr, &Employees::create},
        {"POST", "/api/v1/employees/{id}", "employees:write", nullptr, &Employees::update},
        {"GET", "/api/v1/employees/{id}/tables/{table}", "employees:read", &Employees::rows,
         nullptr},
        {"GET", "/api/v1/employees/changed/tables/{table}", "employees:read",
         &Employees::changed_rows, nullptr},
        {"POST", "/api/v1_1/employees/{id}/tables/{table}", "employees:write", nullptr,
         &Employees::add_row},
        {"POST", "/api/v1_1/employees/{id}/tables/{table}/{row}", "employees:write", nullptr,
         &Employees::change_row},
    };
    for (const auto& route : kRoutes)
      add(router, route.method, route.path, route.permission,
          [this, read = route.read, write = route.write](const Request& request) {
            return read != nullptr ? (employees_.*read)(request) : (employees_.*write)(request);
          });
  }

  void add_time_off(sandbox::Router& router) {
    add(router, "GET", "/api/v1/time_off/requests", "time_off:read",
        [this](const Request& request) { return time_off_.list(request); });
    add(router, "GET", "/api/v1/time_off/whos_out", "time_off:read",
        [this](const Request& request) { return time_off_.who_is_out(request); });
    add(router, "GET", "/api/v1/meta/time_off/types", "time_off:read", &TimeOff::types);
    add(router, "GET", "/api/v1/employees/{id}/time_off/calculator", "time_off:read",
        [this](const Request& request) { return time_off_.balances(request); });
    add(router, "PUT", "/api/v1/employees/{id}/time_off/request", "time_off:write",
        [this](const Request& request) { return time_off_.create(request); });
    add(router, "PUT", "/api/v1/time_off/requests/{id}/status", "time_off:write",
        [this](const Request& request) { return time_off_.decide(request); });
  }

  // Which company, who asks, how often, and whether they may, come before everything else.
  void add(sandbox::Router& router, std::string method, std::string pattern,
           std::string_view permission, sandbox::Handler handler) {
    router.add(
        std::move(method), std::move(pattern),
        [this, permission = std::string(permission),
         handler = std::move(handler)](const Request& request) {
          const auto host = request.headers.find("Host").value_or("");
          if (host.substr(0, host.find(':')) == kNobodysHost)
            return error(404, "Company not found");
          const auto given = request.basic();  // the password may be anything
          if (!given || !credential_.is(given->first)) return error(401, "Invalid API key");
          const std::scoped_lock lock(mutex_);
          if (per_minute_ > 0 && !limiter_.allow({.limit = per_minute_, .window_ms = kMinuteMs},
                                                 "key", kit_.clock.now_ms())) {
            Response busy = error(429, "Limit exceeded");
            busy.headers.set("Retry-After", "60");
            return busy;
          }
          if (credential_.lacks(permission))
            return error(403, permission == "directory:read" ? "Directory disabled for this account"
                                                             : "Insufficient permissions");
          return handler(request);
        });
  }

  sandbox::Services kit_;
  sandbox::StaticCredential credential_;
  mutable std::mutex mutex_;  // of what follows; a test's thread resets it
  std::int64_t per_minute_ = 0;
  sandbox::WindowLimiter limiter_;
  Employees employees_;
  TimeOff time_off_{employees_};
};

}  // namespace

sandbox::ProviderInfo info() {
  return {.name = "bamboohr",
          .hosts = {std::string(kHost), std::string(kNobodysHost)},
          .about =
              "A company in BambooHR, acme: employees, their tables, time off, files, reports. An "
              "API key is the user name of HTTP Basic; the option `denied` takes permissions from "
              "its user. nobody.bamboohr.com belongs to no company."};
}

std::unique_ptr<sandbox::Provider> make(sandbox::Services kit) {
  return std::make_unique<BamboohrSandbox>(kit);
}

}  // namespace bamboohr_sandbox
