// A hub to be killed: does one thing on a data folder, says "done", and stays until it is killed or
// its standard input ends.
//
//   patchbay_test_hub hold-lock DATABASE
//   patchbay_test_hub VERB DATA KEY CONNECTORS WORKER PORT CA [ARGUMENT...]
//     link OWNER CLIENT_ID CLIENT_SECRET | refresh ACCOUNT | unlink ACCOUNT | serve
//     receive ACCOUNT TOKEN SECRET BODY   (an event of a provider; nothing is passed on)
//     work SEED CLIENT_ID CLIENT_SECRET   (hub_work.h)
//     obey   (hub_orders.h)
//
// The environment variable PATCHBAY_STORE names another store than the one in DATA, and
// PATCHBAY_SANDBOX the ready file of a further provider's sandbox.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "cli/hub.h"
#include "hub_orders.h"
#include "hub_work.h"
#include "inbound/receiver.h"
#include "store/sqlite_database.h"

namespace {

using namespace patchbay;  // NOLINT(google-build-using-namespace)

int said(const Error& error) {
  std::cout << "error: " << error.message << std::endl;
  return 1;
}

void stay() {
  std::cout << "done" << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
  }
}

int hold_lock(const std::string& path) {
  store::SqliteOptions options;
  options.path = path;
  auto database = store::open_sqlite(options);
  if (!database) return said(database.error());
  if (const auto locked = (*database)->begin(store::Access::kWrite); !locked)
    return said(locked.error());
  stay();
  return 0;
}

Result<> link(cli::Hub& hub, const std::vector<std::string>& args) {
  accounts::SessionRequest session;
  session.project_id = hub.project_id();
  session.owner_id = session.owner_name = args.at(0);
  session.connector_id = "personio";
  auto opened = hub.loops().block_on(hub.accounts().create_session(session));
  if (!opened) return opened.error();
  accounts::LinkRequest request;
  request.session = opened->session;
  request.connector_id = "personio";
  request.form.values = {{"client_id", args.at(1)}};
  request.form.secrets.push_back({"client_secret", SecretString(args.at(2))});
  auto outcome = hub.loops().block_on(hub.accounts().link(std::move(request)));
  if (!outcome.account) return outcome.error;
  return {};
}

Result<> receive(cli::Hub& hub, const std::vector<std::string>& args) {
  inbound::Receiver receiver(hub.services());
  const net::Headers headers{{"Authorization", args.at(2)}};
  const SecretString body(args.at(3));
  PATCHBAY_TRY(hub.loops().block_on(
      receiver.receive({args.at(0), SecretString(args.at(1)), headers, body})));
  return {};
}

Result<> act(cli::Hub& hub, const std::string& verb, const std::vector<std::string>& args) {
  if (verb == "link") return link(hub, args);
  if (verb == "receive") return receive(hub, args);
  if (verb == "work")
    return integration::work_until_killed(hub, std::stoull(args.at(0)), args.at(1), args.at(2));
  if (verb == "obey") return integration::obey(hub);
  if (verb == "refresh")
    return hub.loops().block_on(hub.accounts().refresh(hub.project_id(), args.at(0)));
  if (verb == "unlink") {
    const auto removed = hub.loops().block_on(hub.accounts().unlink(hub.project_id(), args.at(0)));
    if (!removed) return removed.error();
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() == 2 && args[0] == "hold-lock") return hold_lock(args[1]);
  if (args.size() < 7) return 2;
  cli::HubOptions options;
  options.data_folder = args[1];
  if (const char* place = std::getenv("PATCHBAY_STORE")) {
    auto location = store::StoreLocation::parse(SecretString(place));
    if (!location) return said(location.error());
    options.store = *location;
  }
  options.key = vault::KeyFile{args[2]};
  options.connectors_folder = args[3];
  options.worker_program = args[4];
  options.trust.approve_all = true;
  options.egress.overrides = {
      {"api.personio.de", "127.0.0.1", static_cast<std::uint16_t>(std::stoi(args[5])), args[6]}};
  // Work is ordered as fast as it can be killed, with one credential, and the sandbox allows it.
  for (const char* limit : {"v2_token", "v1_token", "v1_all", "v2_persons"})
    options.pace.limit_changes[{"personio", limit}] = {.requests = 1'000'000, .per_s = 1};
  if (const char* ready = std::getenv("PATCHBAY_SANDBOX")) {
    if (const auto added = cli::add_sandbox(ready, options.egress); !added)
      return said(added.error());
  }
  options.keeper.claim = std::chrono::seconds(3);
  auto hub = cli::Hub::open(std::move(options));
  if (!hub) return said(hub.error());
  (*hub)->loops().start();
  if (const auto started = (*hub)->start_connectors(); !started) return said(started.error());
  const auto done = act(**hub, args[0], {args.begin() + 7, args.end()});
  if (!done) return said(done.error());
  stay();
  return 0;
}
