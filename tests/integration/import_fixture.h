#pragma once
// `patchbay accounts import` as an operator runs it, against the provider's sandbox, and looks into
// the hub between two runs.
#include <sys/stat.h>

#include <fstream>

#include "base/json.h"
#include "child_process.h"
#include "hub_fixture.h"
#include "stderr_capture.h"
#include "store/open_links.h"

namespace patchbay::integration {

struct Said {
  int code = 0;
  std::string text;
  std::string complaint;
  std::vector<std::pair<std::string, std::string>> rows = {};  // id and outcome
  std::vector<std::string> details = {};
  bool complete = false;
};

class AccountsImportTest : public HubTest {
 protected:
  AccountsImportTest() {
    personio.set_options([](personio_sandbox::Options& options) { options.rate_limits = false; });
    drop("personio.so", kPersonioLibrary);
    std::ofstream(folder / "sandbox.json") << sandbox::json::serialize(personio.kit().ready());
    // The hub writes its own files; exports are the operator's and hold secrets by their nature.
    exports = fs::temp_directory_path() / ("import-" + std::to_string(::getpid()));
    fs::create_directory(exports);
  }
  ~AccountsImportTest() override { fs::remove_all(exports); }

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const auto path = (exports / name).string();
    std::ofstream(path, std::ios::binary) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  [[nodiscard]] std::vector<std::string> common() const {
    return {"--data",
            data,
            "--key-file",
            key_file,
            "--connectors",
            connectors,
            "--worker",
            kWorkerProgram,
            "--approve-all",
            "--sandbox",
            folder / "sandbox.json"};
  }

  // `accounts` with these and what says where the hub is.
  Said run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "accounts");
    for (const auto& text : common()) arguments.push_back(text);
    Said said;
    StderrCapture complaints;
    ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay", arguments);
    for (auto line = command.line(); !line.empty(); line = command.line())
      said.text.append(line) += "\n";
    said.code = command.wait();
    said.complaint = complaints.stop();
    return said;
  }

  Said import(const std::string& file, const std::string& from,
              const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"import", file, "--from", from, "--json"};
    for (const auto& text : more) arguments.push_back(text);
    auto said = run(std::move(arguments));
    const auto parsed = json::Document::parse(said.text, {.max_bytes = 16U << 20U});
    if (!parsed) return said;
    const auto rows = parsed->root().get("rows");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      said.rows.emplace_back(rows.at(i).get("id").string_or(""),
                             rows.at(i).get("outcome").string_or(""));
      said.details.push_back(rows.at(i).get("detail").string_or(""));
    }
    said.complete = parsed->root().get("complete").bool_or(false);
    return said;
  }

  // Looks into the hub between two commands.
  template <class Look>
  auto in_hub(Look look) {
    open_hub();
    auto found = look();
    hub->stop(0ms);
    close_hub();
    return found;
  }
  [[nodiscard]] std::vector<store::Account> all_accounts() {
    return in_hub([&] {
      store::AccountFilter filter;
      filter.project_id = hub->project_id();
      filter.limit = store::AccountFilter::kMaxLimit;
      auto found = wait(hub->accounts().list(filter));
      EXPECT_TRUE(found) << found.error().message;
      return found ? *std::move(found) : std::vector<store::Account>();
    });
  }
  [[nodiscard]] std::size_t accounts() { return all_accounts().size(); }

  // Whose links are good, one for each.
  [[nodiscard]] std::multiset<std::string> owners_of_links() {
    return in_hub([&] {
      std::multiset<std::string> owners;
      const auto links = hub->store().transact_blocking(
          [&](store::Database& db) { return store::open_links::list(db, hub->project_id(), 1); });
      EXPECT_TRUE(links) << links.error().message;
      for (const auto& link : *links) owners.insert(link.owner_id);
      return owners;
    });
  }

  // The secrets at the end of the lines of a links file.
  [[nodiscard]] std::vector<std::string> tokens_in(const std::string& name) const {
    std::vector<std::string> tokens;
    std::ifstream in(exports / name);
    for (std::string line; std::getline(in, line);)
      if (const auto at = line.find("/connect/"); at != std::string::npos)
        tokens.push_back(line.substr(at + 9, line.size() - at - 10));
    return tokens;
  }
  // What becomes of the person who follows the link; empty: they are connected.
  std::string follow(const std::string& token) {
    return in_hub([&]() -> std::string {
      auto session = wait(hub->accounts().find_session(token));
      if (!session) return session.error().message;
      const Credentials who = personio.default_integration();
      accounts::LinkRequest request;
      request.session = *std::move(session);
      request.connector_id = "personio";
      request.form.values = {{"client_id", who.client_id}};
      request.form.secrets.push_back({"client_secret", SecretString(who.client_secret)});
      const auto linked = wait(hub->accounts().link(std::move(request)));
      return linked.account ? "" : linked.error.message;
    });
  }

  Said import_links(const std::string& file, const std::string& name) const {
    return import(
        file, "stackone",
        {"--links", (exports / name).string(), "--public-url", "https://hub.example.com"});
  }

  [[nodiscard]] std::string cells() const {
    const auto client = personio.default_integration();
    return client.client_id + "," + client.client_secret;
  }
  using Rows = std::vector<std::pair<std::string, std::string>>;
  fs::path exports;
};

constexpr const char* kTwoPeople = R"([{"id":"s1","provider":"personio","origin_owner_id":"acme"},)"
                                   R"({"id":"s2","provider":"personio","origin_owner_id":"bolt"}])";

}  // namespace patchbay::integration
