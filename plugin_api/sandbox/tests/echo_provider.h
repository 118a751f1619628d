#pragma once

#include <atomic>
#include <memory>

#include "patchbay/sandbox/provider.h"

namespace patchbay::sandbox {

/// A provider for the kit's own tests: says back what it was told.
class EchoProvider : public Provider {
 public:
  static constexpr std::string_view kSecret = "looks-like-a-secret-1";

  explicit EchoProvider(Services services) : services_(services) {
    if (const auto kept = services_.state.read("echo-secret")) {
      secret_ = *kept;
    } else {
      secret_ = "first-start";
      services_.state.write("echo-secret", secret_);
    }
  }
  void add_routes(Router& router) override {
    const auto echo = [this](const Request& request) {
      ++handled;
      json::object params;
      for (const auto& [name, value] : request.params) params[name] = value;
      return json_response(200, json::object{{"route", request.route},
                                             {"params", std::move(params)},
                                             {"body", request.body},
                                             {"q", request.query.find("q").value_or("")},
                                             {"now", services_.clock.now_ms()}});
    };
    router.add("GET", "/things/{id}", echo);
    router.add("GET", "/things/mine", echo);
    router.add("POST", "/things", echo);
    router.add("GET", "/throws",
               [](const Request&) -> Response { throw std::runtime_error("handler failed"); });
  }
  void add_control_routes(Router& router) override {
    router.add("GET", "/__sandbox/echo", [](const Request& request) {
      return json_response(200, json::object{{"route", request.route}});
    });
  }
  Response not_found(const Request& request, const std::vector<std::string>& others) override {
    return Response::text(others.empty() ? 404 : 405, "nothing at " + request.path);
  }
  json::array credentials() const override {
    return {json::object{{"label", "Echo"}, {"fields", json::object{{"secret", secret_}}}}};
  }
  json::object options() const override { return {{"loud", loud_}}; }
  std::optional<std::string> set_options(const json::object& changes) override {
    const auto loud = bool_member(changes, "loud");
    if (!loud) return "loud must be true or false";
    loud_ = *loud;
    return std::nullopt;
  }
  void reset() override { loud_ = false; }
  bool looks_secret(std::string_view value) const override { return value == kSecret; }

  static ProviderInfo info() {
    return {.name = "echo", .hosts = {"api.echo.example"}, .about = "Says back what it was told."};
  }
  static ProviderFactory factory() {
    return [](Services services) { return std::make_unique<EchoProvider>(services); };
  }

  static inline std::atomic<int> handled{0};  ///< how often a handler ran

 private:
  Services services_;
  std::string secret_;
  bool loud_{false};
};

}  // namespace patchbay::sandbox
