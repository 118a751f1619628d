#include "humaans_sandbox/humaans_sandbox.h"

#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "company.h"
#include "patchbay/sandbox/static_credential.h"

namespace humaans_sandbox {
namespace {

using sandbox::Request;
using sandbox::Response;

constexpr std::string_view kScopes[] = {"public:read", "private:read", "private:write",
                                        "compensations:read", "documents:read"};

class HumaansSandbox final : public sandbox::Provider {
 public:
  explicit HumaansSandbox(sandbox::Services kit)
      : credential_(kit.state, 36, "scope", {std::begin(kScopes), std::end(kScopes)}) {}

  void add_routes(sandbox::Router& router) override {
    add(router, "GET", "/api/me", "public:read", [this](const Request&) {
      return sandbox::json_response(200, *company_.people.find("person_ada"));
    });
    add_lists(router);
    add(router, "GET", "/api/people/{id}", "public:read",
        [this](const Request& request) { return company_.people.get(request); });
    add(router, "POST", "/api/people", "private:write",
        [this](const Request& request) { return create_person(request); });
    add(router, "PATCH", "/api/people/{id}", "private:write",
        [this](const Request& request) { return company_.people.change(request); });
    add(router, "POST", "/api/job-roles", "private:write",
        [this](const Request& request) { return create_for_person(company_.job_roles, request); });
    add(router, "POST", "/api/time-away", "private:write",
        [this](const Request& request) { return create_for_person(company_.time_away, request); });
    add(router, "DELETE", "/api/time-away/{id}", "private:write",
        [this](const Request& request) { return company_.time_away.remove(request); });
  }

  json::array credentials() const override {
    return {json::object{{"label", "API access token"},
                         {"fields", json::object{{"api_token", credential_.secret()}}}}};
  }
  json::object options() const override { return credential_.options(); }
  std::optional<std::string> set_options(const json::object& changes) override {
    return credential_.set_options(changes);
  }
  void reset() override {
    credential_.reset();
    const std::scoped_lock lock(mutex_);
    company_ = Company();
  }
  bool looks_secret(std::string_view value) const override { return value == credential_.secret(); }
  Response not_found(const Request&, const std::vector<std::string>& others) override {
    return others.empty() ? error(404, "NotFound", "There is no such endpoint.")
                          : error(405, "MethodNotAllowed", "Not with this method.");
  }

 private:
  void add_lists(sandbox::Router& router) {
    const struct {
      const char* path;
      const char* scope;
      Collection* records;
    } kLists[] = {{"/api/people", "public:read", &company_.people},
                  {"/api/job-roles", "public:read", &company_.job_roles},
                  {"/api/compensations", "compensations:read", &company_.compensations},
                  {"/api/locations", "public:read", &company_.locations},
                  {"/api/companies", "public:read", &company_.companies},
                  {"/api/time-away", "public:read", &company_.time_away},
                  {"/api/time-away-types", "public:read", &company_.time_away_types},
                  {"/api/time-away-allocations", "private:read", &company_.time_away_allocations},
                  {"/api/documents", "documents:read", &company_.documents}};
    for (const auto& [path, scope, records] : kLists)
      add(router, "GET", path, scope,
          [list = records](const Request& request) { return list->list(request); });
  }

  Response create_person(const Request& request) {
    const auto body = sandbox::parse_json_object(request.body);
    const auto email = body ? sandbox::string_member(*body, "email") : std::nullopt;
    if (email && company_.people.find_by("email", *email) != nullptr)
      return error(409, "Conflict", "Somebody has this email.");
    return company_.people.create(request, {{"companyId", "company_acme"}, {"status", "newHire"}});
  }

  Response create_for_person(Collection& records, const Request& request) const {
    const auto body = sandbox::parse_json_object(request.body);
    const auto person = body ? sandbox::string_member(*body, "personId") : std::nullopt;
    if (person && company_.people.find(*person) == nullptr)
      return error(400, "BadRequest", "There is no such person.");
    return records.create(request, {});
  }

  // Who asks, and whether they may, comes before everything else.
  void add(sandbox::Router& router, std::string method, std::string path, std::string_view scope,
           sandbox::Handler handler) {
    router.add(
        std::move(method), std::move(path),
        [this, scope = std::string(scope), handler = std::move(handler)](const Request& request) {
          const auto given = request.bearer();
          if (!given || !credential_.is(*given))
            return error(401, "NotAuthenticated", "The access token is not valid.");
          if (credential_.lacks(scope))
            return error(403, "Forbidden", "The access token lacks the scope " + scope + ".");
          const std::scoped_lock lock(mutex_);
          return handler(request);
        });
  }

  sandbox::StaticCredential credential_;
  std::mutex mutex_;  // of what follows; a test's thread resets it
  Company company_;
};

}  // namespace

sandbox::ProviderInfo info() {
  return {.name = "humaans",
          .hosts = {"app.humaans.io"},
          .about =
              "A company in Humaans: people, job roles, compensations, time away, documents. "
              "Sign in with a bearer token; the option `denied` takes scopes from it."};
}

std::unique_ptr<sandbox::Provider> make(sandbox::Services kit) {
  return std::make_unique<HumaansSandbox>(kit);
}

}  // namespace humaans_sandbox
