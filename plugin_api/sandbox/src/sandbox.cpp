#include "patchbay/sandbox/sandbox.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <string_view>

#include "control.h"
#include "patchbay/sandbox/dev_ca.h"
#include "patchbay/sandbox/text.h"
#include "server.h"

namespace patchbay::sandbox {
namespace {

std::vector<std::string> certificate_names(const ProviderInfo& info) {
  std::vector<std::string> names = info.hosts;
  names.emplace_back("localhost");
  names.emplace_back("127.0.0.1");
  return names;
}

bool is_control(std::string_view path) {
  return path == kControlPrefix ||
         (path.starts_with(kControlPrefix) && path[kControlPrefix.size()] == '/');
}

/// The answer that a fault puts in the place of the real one; nothing when the real one is sent.
std::optional<Response> replaced_answer(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::status:
      return Response::text(fault.status, fault.body, fault.content_type);
    case FaultKind::html:
      return Response::text(200,
                            "<!doctype html><html><head><title>Maintenance</title></head>"
                            "<body><h1>We will be back soon</h1></body></html>",
                            "text/html; charset=utf-8");
    case FaultKind::big_body: {
      std::string body = "{\"filler\":\"";
      body.resize(std::max(body.size(), static_cast<std::size_t>(fault.size)), 'x');
      return Response::text(200, std::move(body) + "\"}", "application/json");
    }
    case FaultKind::invalid_json:
      return Response::text(200, R"({"data": [{"id": 1, "na)", "application/json");
    case FaultKind::empty_body:
      return Response::text(200, "", "application/json");
    default:
      return std::nullopt;
  }
}

}  // namespace

class Sandbox::Core : public Exchange {
 public:
  Core(Sandbox& sandbox, ProviderInfo provider_info, const ProviderFactory& factory,
       Options given_options)
      : info(std::move(provider_info)),
        options(std::move(given_options)),
        state(options.state_dir),
        token(random_base64url(32)),
        provider(factory({clock, state})),
        calls([this](std::string_view value) { return provider->looks_secret(value); }) {
    provider->add_routes(routes);
    add_control_routes(control, routes, sandbox, *provider);
    provider->add_control_routes(control);
    if (options.body_limit == 0) options.body_limit = info.body_limit;
    const std::vector<std::string> names = certificate_names(info);
    const DevCa ca = DevCa::open(state, names);
    certificates = {ca.issue(names), DevCa::throwaway(names).issue(names), ca.issue({"localhost"}),
                    ca.issue(names, DevCa::Validity::expired)};
  }

  std::optional<Fault> arrived(Request& request) override {
    if (is_control(request.path)) return std::nullopt;
    Router::Match match = routes.match(request.method, request.path);
    request.route = match.route;
    request.params = std::move(match.params);
    std::optional<Fault> fault = faults.take(request.route);
    request.id =
        calls.arrived(request, clock.now_ms(), std::string(fault ? fault_name(fault->kind) : ""));
    return fault;
  }

  Response answer(const Request& request, const Fault* fault) override {
    try {
      if (is_control(request.path)) return control_answer(request);
      auto replaced = fault != nullptr ? replaced_answer(*fault) : std::nullopt;
      if (!replaced) return provider_answer(request);
      if (fault->handled) provider_answer(request);
      return std::move(*replaced);
    } catch (const std::exception& error) {
      return Response::text(500, std::string("sandbox error: ") + error.what() + "\n");
    }
  }

  void answered(const Request& request, int status) override {
    if (request.id != 0) calls.answered(request.id, status);
  }

  Response provider_answer(const Request& request) {
    const std::string host = request.headers.find("Host").value_or("");
    const std::string name = lower_case(std::string_view(host).substr(0, host.find(':')));
    if (!is_loopback_host(host) &&
        std::find(info.hosts.begin(), info.hosts.end(), name) == info.hosts.end()) {
      return Response::text(421, "This sandbox does not stand for that host.\n");
    }
    const Router::Match match = routes.match(request.method, request.path);
    if (match.handler == nullptr) return provider->not_found(request, match.other_methods);
    return (*match.handler)(request);
  }

  Response control_answer(const Request& request) {
    if (auto refused = refuse_control(request, token)) return std::move(*refused);
    Router::Match match = control.match(request.method, request.path);
    if (match.handler == nullptr) {
      return json_response(404, json::object{{"error",
                                              "no such control call; GET /__sandbox "
                                              "lists them"}});
    }
    Request matched = request;
    matched.route = match.route;
    matched.params = std::move(match.params);
    return (*match.handler)(matched);
  }

  ProviderInfo info;
  Options options;
  StateFolder state;
  std::string token;
  Clock clock;
  FaultBoard faults;
  std::unique_ptr<Provider> provider;
  CallLog calls;
  Router routes;
  Router control;
  std::vector<PemPair> certificates;
  std::atomic<CertificateMode> mode{CertificateMode::valid};
  std::unique_ptr<Server> server;
};

Sandbox::Sandbox(ProviderInfo info, const ProviderFactory& factory, Options options)
    : core_(std::make_unique<Core>(*this, std::move(info), factory, std::move(options))) {}
Sandbox::~Sandbox() = default;

void Sandbox::start() {
  if (core_->server) return;
  core_->server = std::make_unique<Server>(Server::Options{.port = core_->options.port,
                                                           .certificates = core_->certificates,
                                                           .hosts = core_->info.hosts,
                                                           .body_limit = core_->options.body_limit,
                                                           .idle_limit = core_->options.idle_limit},
                                           *core_);
  core_->options.port = core_->server->port();
  core_->server->use_certificate(static_cast<std::size_t>(core_->mode.load()));
  core_->server->run();
}

void Sandbox::stop() {
  if (core_->server) core_->server->stop();
  core_->server.reset();
}

std::uint16_t Sandbox::port() const {
  return core_->options.port;
}

std::string Sandbox::ca_file() const {
  return (core_->state.path() / "ca.pem").string();
}

std::string Sandbox::control_url() const {
  return "https://127.0.0.1:" + std::to_string(port()) + std::string(kControlPrefix);
}

const std::string& Sandbox::control_token() const {
  return core_->token;
}

const ProviderInfo& Sandbox::info() const {
  return core_->info;
}

json::object Sandbox::ready() const {
  json::array hosts;
  for (const std::string& host : core_->info.hosts) hosts.emplace_back(host);
  return {{"provider", core_->info.name},  {"hosts", std::move(hosts)},
          {"address", "127.0.0.1"},        {"port", port()},
          {"ca_file", ca_file()},          {"control_url", control_url()},
          {"control_token", core_->token}, {"credentials", core_->provider->credentials()}};
}

Clock& Sandbox::clock() {
  return core_->clock;
}

CallLog& Sandbox::calls() {
  return core_->calls;
}

void Sandbox::inject(Fault fault) {
  if (fault.route != "*" && fault.route != "unmatched" && !core_->routes.has(fault.route)) {
    throw SandboxError("no route \"" + fault.route + "\"; use \"*\", \"unmatched\" or one like \"" +
                       (core_->routes.names().empty() ? "GET /" : core_->routes.names().front()) +
                       "\"");
  }
  core_->faults.add(std::move(fault));
}

void Sandbox::clear_faults() {
  core_->faults.clear();
}

void Sandbox::end_delays() {
  if (core_->server) core_->server->end_delays();
}

std::vector<Fault> Sandbox::faults() const {
  return core_->faults.list();
}

void Sandbox::set_certificate_mode(CertificateMode mode) {
  core_->mode = mode;
  if (core_->server) core_->server->use_certificate(static_cast<std::size_t>(mode));
}

void Sandbox::reset() {
  core_->faults.clear();
  core_->clock.reset();
  core_->provider->reset();
  core_->calls.clear();
  if (core_->mode != CertificateMode::valid) set_certificate_mode(CertificateMode::valid);
}

}  // namespace patchbay::sandbox
