// What a token read asks of the heap in the steady state: server, API, keeper and audit files as
// `serve` puts them together, asked over loopback. The clock stands still, so that nothing else is
// due meanwhile.
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

#include "actions_test_support.h"
#include "api/api.h"
#include "audit/audit_verify.h"
#include "audit/file_audit_log.h"
#include "counted_heap.h"
#include "net_test_sockets.h"
#include "temp_folder.h"

namespace patchbay::test {
namespace {

// As long as real ones: short texts need no memory of their own.
constexpr const char* kProject = "prj_0123456789abcdefghij";
constexpr const char* kAccount = "acc_0123456789abcdefghij";
constexpr const char* kToken = "a-token-of-some-forty-characters-in-length";

struct TokenReads : testing::Test {
  TokenReads() {
    hub.loops.start();
    insert_account();
    api.add_routes(router);
    auto made = hub.loops.block_on(
        api::create_api_key(hub.store(), hub.clock, hub.random, kProject, "test", "tokens"));
    if (!made) throw std::runtime_error(made.error().message);
    key_id = made->row.id;
    key = made->key.reveal();
    request = request_for(kAccount, "v2", key);
    net::ServerOptions options;
    options.at_once = [this](net::Request& asked, net::Response& answer) {
      return router.answer_at_once(asked, answer);
    };
    auto started = net::HttpServer::start(
        hub.loops, options, [this](net::Request& asked) { return router.dispatch(asked); });
    if (!started) throw std::runtime_error(started.error().message);
    server = *std::move(started);
  }
  ~TokenReads() override {
    hub.loops.block_on(server->stop(std::chrono::seconds(1)));
    hub.loops.stop();
  }

  void insert_account() {
    hub.change([this](store::Database& db) -> Result<> {
      auto integration = hub.integration;
      integration.id = "int_0123456789abcdefghij";
      integration.project_id = kProject;
      auto account = hub.account;
      account.id = kAccount;
      account.project_id = kProject;
      account.integration_id = integration.id;
      PATCHBAY_TRY(store::projects_table::insert(db, {kProject, "Steady", 1}));
      PATCHBAY_TRY(store::integrations_table::insert(db, integration));
      PATCHBAY_TRY(store::accounts_table::insert(db, account));
      PATCHBAY_TRY_ASSIGN(
          const auto sealed,
          hub.services->vault.seal(kToken, {store::kTokensTable, kProject, kAccount, "v2", 1}));
      return store::account_credentials::insert(
          db, account, {},
          {{"v2", sealed, "Bearer", "personio:persons:read personio:absences:read",
            hub.clock.unix_ms(), hub.clock.unix_ms() + 3'600'000, 1}});
    });
  }

  static std::string request_for(const std::string& account, const std::string& name,
                                 const std::string& key) {
    return "GET /accounts/" + account + "/access_token?name=" + name +
           " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key + "\r\n\r\n";
  }

  std::string ask(const std::string& bytes) {
    auto client = net::raw_client(server->port());
    EXPECT_TRUE(client.send(bytes));
    return client.read_message();
  }
  // Answered twice by then, so that the next answer needs nothing that is not in memory.
  void warm_up() {
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(gives_the_token(ask(request)));
  }
  static bool gives_the_token(const std::string& answer) {
    return answer.starts_with("HTTP/1.1 200 ") && answer.find(kToken) != std::string::npos;
  }
  void expect_refused(const std::string& answer, const std::string& status) {
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + status)) << answer;
    EXPECT_EQ(answer.find(kToken), std::string::npos);
  }
  std::vector<std::string> audit_lines() const {
    std::vector<std::string> lines;
    for (const auto& file : std::filesystem::directory_iterator(folder.path() + "/audit")) {
      std::ifstream text(file.path());
      for (std::string line; std::getline(text, line);)
        if (line.starts_with('{')) lines.push_back(line);
    }
    return lines;
  }

  void on_the_loop(const std::function<void()>& work) {
    std::promise<void> done;
    net::asio::post(hub.loops.loop(0), [&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }

  void read(std::vector<net::Channel>& clients, int times) {
    for (int i = 0; i < times; ++i) {
      auto& client = clients[static_cast<std::size_t>(i) % clients.size()];
      ASSERT_TRUE(client.send(request));
      const auto answer = client.read_message();
      ASSERT_TRUE(gives_the_token(answer)) << answer;
    }
  }

  integration::TempFolder folder;
  Hub hub{"[]"};
  accounts::Revoker revoker{*hub.services};
  accounts::TokenKeeper keeper{*hub.services, revoker};
  accounts::Linker linker{*hub.services, revoker, keeper};
  accounts::AccountService accounts{*hub.services, revoker, keeper, linker};
  audit::FileAuditLog audit{hub.loops, hub.clock, {folder.path() + "/audit"}};
  api::Api api{{.hub_url = [] { return std::string("https://hub.example"); },
                .accounts = accounts,
                .services = *hub.services,
                .keeper = keeper,
                .audit = audit}};
  net::Router router;
  std::string key_id;
  std::string key;
  std::string request;
  std::unique_ptr<net::HttpServer> server;
};

// A ceiling for each read; what is above it was added by somebody.
constexpr std::int64_t kMost = 0;
// The server's timers and the like, in all.
constexpr std::int64_t kBesides = 50;

TEST_F(TokenReads, AskTheHeapForNoMoreThanTheyMay) {
  std::vector<net::Channel> clients;
  clients.reserve(4);
  for (int i = 0; i < 4; ++i) clients.push_back(net::raw_client(server->port()));
  constexpr int kReads = 1'000;
  read(clients, 100);
  on_the_loop([] { count_this_thread(); });
  const auto before = heap_requests();
  read(clients, kReads);
  const auto asked = heap_requests() - before;
  if (std::getenv("PATCHBAY_SHOW_HEAP_REQUESTS") != nullptr) {
    show_next_heap_requests(200);
    read(clients, 1);
    show_next_heap_requests(0);
  }
  on_the_loop([] { count_this_thread(false); });
  EXPECT_LE(asked, kMost * kReads + kBesides) << "times in " << kReads << " reads";
  RecordProperty("heap_requests", std::to_string(asked));
}

TEST_F(TokenReads, AreEachRecordedWithWhoAsked) {
  warm_up();
  const auto before = audit_lines().size();
  const auto answer = ask(request);
  const auto id_at = answer.find("X-Request-Id: ") + 14;
  const auto lines = audit_lines();
  ASSERT_EQ(lines.size(), before + 1);
  for (const std::string& part :
       {std::string("access_token.read"), std::string(kProject), std::string(kAccount), key_id,
        std::string(R"("subject":"v2")"), answer.substr(id_at, answer.find("\r\n", id_at) - id_at)})
    EXPECT_NE(lines.back().find(part), std::string::npos) << part << " in " << lines.back();
  const auto report = audit::verify_audit_folder(folder.path() + "/audit", std::nullopt);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->is_tampered());
}

TEST_F(TokenReads, SayTheSameOnBothWays) {
  const auto body = [](const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n"));
  };
  const auto first = ask(request);  // nothing is in memory yet
  warm_up();
  EXPECT_EQ(body(ask(request)), body(first));
}

TEST_F(TokenReads, EndWithTheKey) {
  warm_up();
  ASSERT_TRUE(hub.loops.block_on(
      api::revoke_api_key(hub.store(), hub.clock, *hub.instance, kProject, key_id)));
  expect_refused(ask(request), "401");
}

TEST_F(TokenReads, EndWithTheAccountsSuspension) {
  warm_up();
  ASSERT_TRUE(hub.loops.block_on(accounts.suspend(kProject, kAccount)));
  expect_refused(ask(request), "412");
}

TEST_F(TokenReads, EndWithTheToken) {
  warm_up();
  hub.clock.advance_ms(3'600'000);
  EXPECT_EQ(ask(request).find(kToken), std::string::npos);
}

TEST_F(TokenReads, GoOnWhenTheLeaseIsOverAndThereIsANewOne) {
  warm_up();
  hub.clock.advance_ms(10'000);
  const auto statements = hub.statements;
  EXPECT_TRUE(gives_the_token(ask(request)));
  EXPECT_GT(hub.statements, statements) << "served from memory without a lease";
}

TEST_F(TokenReads, AskTheDatabaseNothing) {
  warm_up();
  const auto statements = hub.statements;
  EXPECT_TRUE(gives_the_token(ask(request)));
  EXPECT_EQ(hub.statements, statements);
}

TEST_F(TokenReads, NeedTheScopeAndTheProject) {
  warm_up();
  const auto key_of = [this](const std::string& project, const std::string& scopes) {
    auto made = hub.loops.block_on(
        api::create_api_key(hub.store(), hub.clock, hub.random, project, "other", scopes));
    return made ? std::string(made->key.reveal()) : std::string();
  };
  const auto without = key_of(kProject, "accounts");
  const auto elsewhere = key_of("prj_1", "tokens");
  for (int i = 0; i < 3; ++i) {
    expect_refused(ask(request_for(kAccount, "v2", without)), "403");
    expect_refused(ask(request_for(kAccount, "v2", elsewhere)), "404");
    EXPECT_FALSE(gives_the_token(ask(request_for(kAccount, "v3", key)))) << "another token's name";
    std::string wrong = key;
    wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
    expect_refused(ask(request_for(kAccount, "v2", wrong)), "401");
  }
}

TEST_F(TokenReads, AreNotGivenOutUnrecorded) {
  warm_up();
  (void)audit.close();
  expect_refused(ask(request), "503");
}

}  // namespace
}  // namespace patchbay::test
