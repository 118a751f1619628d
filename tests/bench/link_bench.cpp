// Measures what the hub adds to a connect and how fast a dropped connector stands ready, each
// beside its anchor in the same run: a bare TLS client that makes the same three requests to the
// same sandbox, and a plain copy of the same file. Interleaved A B A B; medians and spread; JSON
// out.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "base/json.h"
#include "base/log.h"
#include "cli/hub.h"
#include "patchbay/sandbox/client.h"
#include "personio_sandbox/personio_sandbox.h"

namespace {

using namespace patchbay;  // NOLINT(google-build-using-namespace)
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Series {
  std::vector<double> values;
  [[nodiscard]] double at(double share) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  }
};

void write(json::Writer& out, const char* name, Series& series) {
  out.key(name).begin_object();
  out.key("min_ms").number(series.at(0));
  out.key("median_ms").number(series.at(0.5));
  out.key("p90_ms").number(series.at(0.9));
  out.key("max_ms").number(series.at(1));
  out.end_object();
  std::fprintf(stderr, "  %-34s median %8.2f ms   min %8.2f   p90 %8.2f\n", name, series.at(0.5),
               series.at(0), series.at(0.9));
}

// The requests a connect makes: a v2 token, then one person and a v1 token.
double bare_connect(const personio_sandbox::PersonioSandbox& sandbox, std::uint16_t port,
                    const std::string& id, const std::string& secret) {
  const auto start = Clock::now();
  sandbox::Client client({.host = "api.personio.de", .port = port, .ca_file = sandbox.ca_file()});
  const auto token = client.post_form(
      "/v2/auth/token",
      {{"grant_type", "client_credentials"}, {"client_id", id}, {"client_secret", secret}});
  const auto document = json::Document::parse(token.body);
  const auto bearer = "Bearer " + document.value().root().get("access_token").string_or("");
  (void)client.get("/v2/persons?limit=1", {{"Authorization", bearer}});
  (void)client.post_form("/v1/auth", {{"client_id", id}, {"client_secret", secret}});
  return ms_since(start);
}

double hub_connect(cli::Hub& hub, int round, const std::string& id, const std::string& secret) {
  accounts::SessionRequest wanted;
  wanted.project_id = hub.project_id();
  wanted.owner_id = "owner-" + std::to_string(round);
  wanted.owner_name = wanted.owner_id;
  wanted.connector_id = "personio";
  auto session = hub.loops().block_on(hub.accounts().create_session(wanted)).value();
  accounts::LinkRequest request;
  request.session = session.session;
  request.connector_id = "personio";
  request.form.values.push_back({"client_id", id});
  request.form.secrets.push_back({"client_secret", SecretString(secret)});
  const auto start = Clock::now();
  const auto outcome = hub.loops().block_on(hub.accounts().link(std::move(request)));
  const double took = ms_since(start);
  if (!outcome.account) throw std::runtime_error("link failed: " + outcome.error.message);
  return took;
}

void until(const auto& condition) {
  while (!condition()) std::this_thread::sleep_for(std::chrono::microseconds(200));
}

double drop(cli::Hub& hub, const fs::path& from, const fs::path& folder) {
  fs::remove(folder / "personio.so");
  until([&] { return hub.registry().find("personio") == nullptr; });
  const auto start = Clock::now();
  fs::copy_file(from, folder / "personio.so");
  until([&] { return hub.registry().find("personio") != nullptr; });
  return ms_since(start);
}

double plain_copy(const fs::path& from, const fs::path& to) {
  fs::remove(to);
  const auto start = Clock::now();
  fs::copy_file(from, to);
  return ms_since(start);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 30;
  log::set_level(log::Level::kError);
  const fs::path connector = PATCHBAY_BUILD_DIR "/connectors/personio.so";
  const fs::path folder =
      fs::temp_directory_path() / ("patchbay-bench-" + std::to_string(::getpid()));
  fs::create_directories(folder / "connectors");
  fs::copy_file(connector, folder / "connectors/personio.so");

  personio_sandbox::PersonioSandbox sandbox;
  // The token endpoints' own limits would be what is measured.
  sandbox.set_options([](personio_sandbox::Options& o) { o.rate_limits = false; });
  sandbox.start();
  const auto integration = sandbox.default_integration();

  OsRandom random;
  (void)vault::create_key_file((folder / "key").string(), random).value();
  cli::HubOptions options;
  options.data_folder = (folder / "data").string();
  options.key = vault::KeyFile{(folder / "key").string()};
  options.connectors_folder = (folder / "connectors").string();
  options.worker_program = PATCHBAY_BUILD_DIR "/bin/patchbay-worker";
  options.trust.approve_all = true;
  options.egress.overrides = {{"api.personio.de", "127.0.0.1", sandbox.port(), sandbox.ca_file()}};
  // All links are made with one credential, and nobody limits them here.
  for (const char* limit : {"v2_token", "v1_token", "v1_all", "v2_persons"})
    options.pace.limit_changes[{"personio", limit}] = {.requests = 1'000'000, .per_s = 1};
  {
    auto hub = cli::Hub::open(std::move(options)).value();
    hub->loops().start();
    hub->start_connectors().value();

    Series bare;
    Series linked;
    Series ready;
    Series copied;
    (void)hub_connect(*hub, -1, integration.client_id, integration.client_secret);
    for (int i = 0; i < rounds; ++i) {
      bare.values.push_back(
          bare_connect(sandbox, sandbox.port(), integration.client_id, integration.client_secret));
      linked.values.push_back(
          hub_connect(*hub, i, integration.client_id, integration.client_secret));
      copied.values.push_back(plain_copy(connector, folder / "copy.so"));
      ready.values.push_back(drop(*hub, connector, folder / "connectors"));
    }
    json::Writer out;
    out.begin_object().member("rounds", rounds);
    write(out, "connect_bare_client", bare);
    write(out, "connect_through_hub", linked);
    write(out, "copy_of_the_file", copied);
    write(out, "drop_to_ready", ready);
    out.key("connect_ratio").number(linked.at(0.5) / bare.at(0.5));
    out.key("connect_overhead_ms").number(linked.at(0.5) - bare.at(0.5));
    std::cout << out.end_object().take() << "\n";
  }
  fs::remove_all(folder);
  return 0;
}
