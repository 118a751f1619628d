#include "slack_sandbox/slack_sandbox.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

#include "app.h"
#include "methods.h"
#include "patchbay/sandbox/rate_limiter.h"
#include "patchbay/sandbox/text.h"

namespace slack_sandbox {
namespace {

using sandbox::Request;
using sandbox::Response;

class SlackSandbox final : public sandbox::Provider {
 public:
  explicit SlackSandbox(sandbox::Services kit) : clock_(kit.clock), app_(kit) {}

  void add_routes(sandbox::Router& router) override {
    app_.add_routes(router, mutex_);
    for (auto methods : {conversation_methods(), message_methods()})
      for (const Method& method : methods) {
        const std::string path = "/api/" + std::string(method.name);
        const auto answer = [this, method](const Request& request) {
          return call(method, request);
        };
        router.add("POST", path, answer);
        if (method.reads) router.add("GET", path, answer);
      }
  }

  json::array credentials() const override {
    return {json::object{{"label", "The operator's Slack app"}, {"fields", app_.client()}}};
  }
  json::object options() const override {
    const std::scoped_lock lock(mutex_);
    json::array denied;
    for (const auto& scope : app_.options.denied) denied.emplace_back(scope);
    return {{"denied", std::move(denied)},
            {"rotation", app_.options.rotation},
            {"pkce", app_.options.pkce},
            {"org_install", app_.options.org_install},
            {"rate_limits", rate_limits_}};
  }
  std::optional<std::string> set_options(const json::object& changes) override {
    const std::scoped_lock lock(mutex_);
    App::Options wanted = app_.options;
    bool limits = rate_limits_;
    for (const auto& member : changes) {
      const std::string name(member.key());
      const auto& value = member.value();
      if (name == "denied" && value.is_array()) {
        wanted.denied.clear();
        for (const auto& scope : value.get_array())
          if (scope.is_string()) wanted.denied.emplace(scope.get_string());
      } else if (bool* flag = name == "rotation"      ? &wanted.rotation
                              : name == "pkce"        ? &wanted.pkce
                              : name == "org_install" ? &wanted.org_install
                              : name == "rate_limits" ? &limits
                                                      : nullptr;
                 flag != nullptr && value.is_bool()) {
        *flag = value.get_bool();
      } else {
        return "there is no such option: " + name;
      }
    }
    app_.options = std::move(wanted);
    rate_limits_ = limits;
    return std::nullopt;
  }
  void reset() override {
    const std::scoped_lock lock(mutex_);
    app_.reset();
    workspace_ = Workspace();
    limiter_.clear();
    rate_limits_ = true;
  }
  bool looks_secret(std::string_view value) const override { return app_.issued(value); }
  // Slack says so with 200, too.
  Response not_found(const Request& request, const std::vector<std::string>& others) override {
    if (!request.path.starts_with("/api/")) return Response::text(404, "There is no such page.\n");
    return failed(others.empty() ? "unknown_method" : "invalid_post_type");
  }

 private:
  Response call(const Method& method, const Request& request) {
    const std::scoped_lock lock(mutex_);
    if (const Response* refused = app_.check(request, method.scope)) return *refused;
    if (rate_limits_ && !limiter_.allow({.limit = method.per_minute, .window_ms = 60'000},
                                        std::string(method.name), clock_.now_ms())) {
      Response slow =
          sandbox::json_response(429, json::object{{"ok", false}, {"error", "ratelimited"}});
      slow.headers.set("Retry-After", "30");
      return slow;
    }
    std::string fault;
    const auto arguments = Arguments::read(request, fault);
    if (!arguments) return failed(fault);
    // Slack passes over what it does not know; a client that sends such a thing is wrong about it.
    if (const auto unknown = arguments->unknown(method.arguments); !unknown.empty())
      return failed("invalid_arguments", {{"argument", unknown}});
    for (const auto name : method.required)
      if (arguments->text(name).empty()) return failed("invalid_arguments", {{"argument", name}});
    return method.answer({workspace_, *arguments, app_.scopes_of(request), clock_.now_ms()});
  }

  sandbox::Clock& clock_;
  mutable std::mutex mutex_;  // of what follows; a test's thread sets options
  App app_;
  Workspace workspace_;
  sandbox::WindowLimiter limiter_;
  bool rate_limits_ = true;
};

}  // namespace

sandbox::ProviderInfo info() {
  return {.name = "slack",
          .hosts = {"slack.com"},
          .about =
              "A Slack workspace: install the operator's app at GET /oauth/v2/authorize, exchange "
              "the code at POST /api/oauth.v2.access, then call the Web API under /api. Options: "
              "denied, rotation, pkce, org_install, rate_limits."};
}

std::unique_ptr<sandbox::Provider> make(sandbox::Services kit) {
  return std::make_unique<SlackSandbox>(kit);
}

}  // namespace slack_sandbox
