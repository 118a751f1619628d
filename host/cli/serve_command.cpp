#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <thread>

#include "api/errors.h"
#include "base/encoding.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/log.h"
#include "base/log_setup.h"
#include "cli/actor.h"
#include "cli/commands.h"
#include "cli/config_file.h"
#include "cli/metrics_server.h"
#include "cli/reload_signal.h"
#include "cli/serve_options.h"
#include "cli/served_api.h"
#include "cli/service_manager.h"
#include "cli/stop_signal.h"
#include "cli/tls_keeper.h"
#include "net/http_server.h"
#include "upkeep/audit_retention.h"
#include "upkeep/expiry.h"
#include "web/operator_access.h"
#include "web/pages.h"
#include "webhooks/deliverer.h"

namespace patchbay::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kDayMs = 24 * 3'600'000LL;
constexpr std::int64_t kReconnectLinkLifeS = 7LL * 24 * 3600;

api::LogBodies log_bodies(const std::string& word) {
  if (word == "all") return api::LogBodies::kAll;
  return word == "errors" ? api::LogBodies::kErrors : api::LogBodies::kOff;
}

// The link a person opens. Browsers treat http://localhost as trustworthy, so __Host- cookies work.
std::string public_url(const ServeOptions& options, std::uint16_t port) {
  if (!options.public_url.empty()) return options.public_url;
  return (options.reach.has_tls() ? "https://localhost:" : "http://localhost:") +
         std::to_string(port);
}

// Host and origin under which browsers know the hub.
struct PublicPlace {
  std::string host;
  std::string origin;
  bool is_https = false;
};

Result<PublicPlace> public_place(const std::string& url) {
  if (url.empty()) return PublicPlace();
  PATCHBAY_TRY_ASSIGN(const auto parsed, net::parse_url(url));
  return PublicPlace{parsed.host, parsed.scheme + "://" + parsed.host_header(),
                     parsed.scheme == "https"};
}

// By themselves browsers would keep http:// from every other program on this machine, too.
bool is_this_machine(const std::string& host) {
  return host.empty() || host == "localhost" || host.ends_with(".localhost");
}

std::vector<std::string> overridden_hosts(const net::EgressRules& rules) {
  std::vector<std::string> hosts;
  hosts.reserve(rules.overrides.size());
  for (const auto& item : rules.overrides) hosts.push_back(item.host);
  return hosts;
}

// For programs that start the hub: complete or not there at all, and for our eyes only.
Result<> write_ready_file(const std::string& path, const std::string& url,
                          const SecretString& signin_path) {
  json::Writer out;
  out.begin_object()
      .member("url", url)
      .member("signin_url", url + std::string(signin_path.reveal()))
      .member("pid", static_cast<std::int64_t>(::getpid()))
      .end_object();
  const std::string text = out.take() + "\n";
  const std::string fresh = path + ".new";
  const Fd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid() ||
      ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      std::rename(fresh.c_str(), path.c_str()) != 0)
    return make_error(ErrorCode::kConfiguration, "can't write the ready file " + path);
  return {};
}

// A link is the operator's way in, so it is recorded before it is shown.
Result<SecretString> make_signin_link(Hub& hub, const web::Person& person = {}) {
  PATCHBAY_TRY(hub.audit().append(
      {.kind = "operator.signin_link_made", .subject = web::actor_of(person), .actor = actor()}));
  return web::create_signin_link(hub.store(), hub.clock(), hub.random(), person);
}

// For the account's owner, in the message that says the account needs them.
auto reconnect_links(Hub& hub, const std::string& url) {
  return [&hub, &url](std::string project, std::string id) -> net::Task<Result<SecretString>> {
    PATCHBAY_CO_TRY_ASSIGN(const auto account, co_await hub.accounts().get(project, id));
    accounts::SessionRequest wanted;
    wanted.project_id = std::move(project);
    wanted.owner_id = account.owner_id;
    wanted.owner_name = account.owner_name;
    wanted.username = account.username;
    wanted.connector_id = account.connector_id;
    wanted.account_id = account.id;
    wanted.expires_in_s = kReconnectLinkLifeS;
    PATCHBAY_CO_TRY_ASSIGN(const auto made,
                           co_await hub.accounts().create_session(std::move(wanted)));
    SecretString link(url);
    link.append("/connect/");
    link.append(made.token.reveal());
    co_return link;
  };
}

using Values = std::map<std::string, std::string>;

// What a running hub takes anew, by the option's name; all else waits for a restart.
using Takers = std::map<std::string, std::function<Result<>(const ServeOptions&)>, std::less<>>;

// Takes what changed in the configuration since `values` were in force, and says what it can't
// take.
void take_configuration(Values& values, const Takers& takers) {
  const auto not_taken = [](const Error& why) {
    log::error("config", "not_taken", {{"why", why.message}});
  };
  const auto fresh = read_serve_options_again();
  if (!fresh) return not_taken(fresh.error());
  for (const auto& [name, value] : fresh->values) {
    if (values[name] == value) continue;
    const auto taker = takers.find(name);
    if (taker == takers.end()) {
      log::warning("config", "needs_a_restart", {{"option", name}});
      continue;
    }
    if (const auto taken = taker->second(*fresh->options); !taken) {
      not_taken(taken.error());
      continue;
    }
    values[name] = value;
    log::info("config", "taken", {{"option", name}});
  }
}

upkeep::KeptFor kept_for(const ServeOptions& options) {
  return {.request_logs_ms = options.log_days * kDayMs,
          .provider_events_ms = options.log_days * kDayMs,
          .account_events_ms = options.event_days * kDayMs};
}

int serve(const ServeOptions& options, Values values) {
  if (const auto set = options.log.apply(); !set) return report(set.error());
  const auto loops = options.loops != 0
                         ? options.loops
                         : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  auto origins = net::Origins::parse(options.embed_origins);
  if (!origins) return report(origins.error());
  // First of all: no thread may run yet.
  const auto socket = given_socket();
  if (!socket) return report(socket.error());
  if (const auto right = options.reach.check(); !right) return report(right.error());
  auto proxies = options.reach.proxies();
  if (!proxies) return report(proxies.error());
  const auto place = public_place(options.public_url);
  if (!place) return report(place.error());
  auto hub_options = options.common.hub_options(loops);
  if (!hub_options) return report(hub_options.error());
  if (const auto new_key = options.new_key.source()) hub_options->further_keys.push_back(*new_key);
  if (options.audit_sync == "always") hub_options->audit_sync_within = 0ms;
  hub_options->keeper.held_accounts = options.held_accounts;
  hub_options->pace.call_wait = std::chrono::seconds(options.rate_limit_wait_s);
  const auto overridden = overridden_hosts(hub_options->egress);
  const auto location = hub_options->store.value_or(
      store::StoreLocation::file(database_path(hub_options->data_folder)));
  auto opened = Hub::open(std::move(*hub_options));
  if (!opened) return report(opened.error());
  Hub& hub = **opened;
  hub.loops().start();
  if (const auto started = hub.start_connectors(); !started) return report(started.error());

  net::Router router;
  std::string url = options.public_url;
  // The API's links need the port, which is known once the server listens.
  ServedApi api(
      {.hub_url = [&url] { return url; },
       .accounts = hub.accounts(),
       .services = hub.services(),
       .keeper = hub.keeper(),
       .audit = hub.audit(),
       .runner = {.limits = {.max_stream_bytes = std::uint64_t{options.proxy_limit_mib} << 20U},
                  .file_memory = options.file_memory_mib << 20U},
       .log_bodies = log_bodies(options.log_bodies)},
      *origins);
  web::Pages pages({.accounts = hub.accounts(),
                    .services = hub.services(),
                    .api = api.api(),
                    .registry = hub.registry(),
                    .store = hub.store(),
                    .clock = hub.clock(),
                    .random = hub.random(),
                    .overridden_hosts = overridden,
                    .public_origin = place->origin,
                    .embed_origins = *origins,
                    .audit = &hub.audit(),
                    .audit_folder = options.common.data + "/audit",
                    .data_folder = options.common.data,
                    .location = location,
                    .key_chain = &hub.key_chain()});
  pages.add_routes(router);
  net::ServerOptions server_options;
  server_options.address = options.address;
  server_options.port = options.port;
  server_options.reuse_port = loops > 1;
  server_options.inherited_socket = *socket;
  server_options.tls = options.reach.tls;
  server_options.strict_transport = place->is_https && !is_this_machine(place->host);
  server_options.proxies = *std::move(proxies);
  server_options.on_error = [&pages, &api](const net::Request& request, unsigned status) {
    return api::is_api_path(request.path) ? api.error(request, status)
                                          : pages.error_page(request, status);
  };
  router.on_error(server_options.on_error);
  if (!place->host.empty())
    server_options.allowed_hosts = {place->host, "localhost", "127.0.0.1", "[::1]"};
  api.add_routes(router);
  server_options.admit_body = [&api](const net::Request& head,
                                     std::optional<std::uint64_t> length) {
    return api.api().admit_body(head, length);
  };
  server_options.admit_chunked = &api::Api::takes_streams;
  server_options.at_once = [&router](net::Request& request, net::Response& answer) {
    return router.answer_at_once(request, answer);
  };
  auto server =
      net::HttpServer::start(hub.loops(), server_options,
                             [&router](net::Request& request) { return router.dispatch(request); });
  if (!server) return report(server.error());
  const auto metrics = MetricsServer::start(hub, options.metrics);
  if (!metrics) return report(metrics.error());
  url = public_url(options, (*server)->port());
  const auto signin = make_signin_link(hub);
  if (!signin) return report(signin.error());
  if (!options.ready_file.empty()) {
    if (const auto written = write_ready_file(options.ready_file, url, *signin); !written)
      return report(written.error());
  }
  // From here on nothing fails: what is started below uses this function's objects until stopped.
  webhooks::Deliverer deliverer(hub.services(), {.reconnect_link = reconnect_links(hub, url)});
  deliverer.start();
  upkeep::Expiry expiry(hub.loops(), hub.store(), hub.clock(), kept_for(options));
  expiry.start();
  upkeep::AuditRetention retention(hub.loops(), hub.audit(), options.common.data + "/audit",
                                   hub.store(), hub.clock(), options.audit_days * kDayMs);
  retention.start();
  api.logs().start();
  hub.start_background();
  if (*metrics)
    log::info("metrics", "listening", {{"port", static_cast<std::int64_t>((*metrics)->port())}});
  TlsKeeper tls(hub.loops(), **server, options.reach.tls, hub.clock());
  tls.start();
  LifeSign alive(hub.loops());
  alive.start();
  const auto keep_rows = [&expiry](const ServeOptions& fresh) -> Result<> {
    expiry.keep(kept_for(fresh));
    return {};
  };
  const auto set_log = [](const ServeOptions& fresh) { return fresh.log.apply(); };
  const Takers takers{
      {"log-days", keep_rows},
      {"event-days", keep_rows},
      {"audit-days",
       [&retention](const ServeOptions& fresh) -> Result<> {
         retention.keep(fresh.audit_days * kDayMs);
         return {};
       }},
      {"log-bodies",
       [&api](const ServeOptions& fresh) -> Result<> {
         api.logs().keep_bodies(log_bodies(fresh.log_bodies));
         return {};
       }},
      {"rate-limit-wait",
       [&hub](const ServeOptions& fresh) -> Result<> {
         hub.pace().let_calls_wait(std::chrono::seconds(fresh.rate_limit_wait_s));
         return {};
       }},
      {"file-memory",
       [&api](const ServeOptions& fresh) -> Result<> {
         api.api().runner().memory().resize(fresh.file_memory_mib << 20U);
         return {};
       }},
      {"log-level", set_log},
      {"log-format", set_log},
  };
  ReloadSignal reload(hub.loops(), [&] {
    tls.reload();
    take_configuration(values, takers);
  });
  reload.start();
  tell_service_manager(Word::kReady);
  std::cout << "Patchbay listens on " << url << "\n"
            << "Sign in once with this link (valid for 15 minutes):\n  " << url << signin->reveal()
            << "\n"
            << std::flush;
  hub.loops().block_on(until_stopped());
  log::info("hub", "stopping");
  tell_service_manager(Word::kStopping);
  reload.stop();
  alive.stop();
  tls.stop();
  (void)hub.loops().block_on((*server)->stop(3s));
  if (*metrics) hub.loops().block_on((*metrics)->stop());
  deliverer.stop();
  expiry.stop();
  retention.stop();
  api.logs().stop();
  hub.stop(2s);
  return 0;
}

struct SigninOptions {
  CommonOptions common;
  std::string url = "http://localhost:8080";
  std::string role = "admin";
  std::string name;
};

int print_signin(const SigninOptions& signin) {
  const auto role = store::role_from(signin.role).value_or(store::Role::kViewer);
  auto options = signin.common.hub_options(1);
  if (!options) return report(options.error());
  auto hub = Hub::open(std::move(*options));
  if (!hub) return report(hub.error());
  const auto link = make_signin_link(**hub, {role, signin.name});
  if (!link) return report(link.error());
  std::cout << signin.url << link->reveal() << "\n";
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("serve",
                                     "Run the hub: pages, API, refreshes.\n"
                                     "  patchbay key create data/key\n"
                                     "  patchbay serve --data data --connectors connectors");
  auto options = add_serve_options(*command);
  command->callback([&run, options, command] {
    run = [options, command] { return serve(*options, values_of(*command)); };
  });
}

void add_signin_command(CLI::App& app, Run& run) {
  auto* command =
      app.add_subcommand("signin",
                         "Print a new one-time sign-in link, for a browser and a person\n"
                         "  patchbay signin --role viewer --name \"Ada Lovelace\"\n"
                         "viewer: sees accounts and connectors. operator: also links, reconnects, "
                         "suspends and unlinks "
                         "accounts and runs their allowed actions. admin: also approves, withdraws "
                         "and starts connectors.");
  auto options = std::make_shared<SigninOptions>();
  options->common.add_to(*command);
  command->add_option("--public-url", options->url, "How browsers reach the hub")
      ->capture_default_str();
  command->add_option("--role", options->role, "viewer, operator or admin")
      ->check(CLI::IsMember({"viewer", "operator", "admin"}))
      ->capture_default_str();
  command->add_option("--name", options->name, "Who it is for: the audit log names them")
      ->check([](const std::string& name) {
        return name.size() > 100 || !is_valid_utf8(name) ? "at most 100 bytes of text" : "";
      });
  command->callback([&run, options] { run = [options] { return print_signin(*options); }; });
}

}  // namespace patchbay::cli
