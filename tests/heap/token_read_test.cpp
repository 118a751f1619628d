// What a token read asks of the heap in the steady state: server, API, keeper and audit files as
// `serve` puts them together, asked over loopback. The clock stands still, so that nothing else is
// due meanwhile.
#include <boost/asio/post.hpp>
#include <future>
#include <string>
#include <vector>

#include "actions_test_support.h"
#include "api/api.h"
#include "audit/file_audit_log.h"
#include "counted_heap.h"
#include "net_test_sockets.h"
#include "temp_folder.h"

namespace patchbay::test {
namespace {

// As long as real ones: short texts need no memory of their own.
constexpr const char* kProject = "prj_0123456789abcdefghij";
constexpr const char* kAccount = "acc_0123456789abcdefghij";

struct TokenReads : testing::Test {
  TokenReads() {
    hub.loops.start();
    insert_account();
    api.add_routes(router);
    auto made = hub.loops.block_on(
        api::create_api_key(hub.store(), hub.clock, hub.random, kProject, "test", "tokens"));
    if (!made) throw std::runtime_error(made.error().message);
    request = std::string("GET /accounts/") + kAccount +
              "/access_token?name=v2 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
              std::string(made->key.reveal()) + "\r\n\r\n";
    auto started = net::HttpServer::start(
        hub.loops, {}, [this](net::Request& asked) { return router.dispatch(asked); });
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
          hub.services->vault.seal("a-token-of-some-forty-characters-in-length",
                                   {store::kTokensTable, kProject, kAccount, "v2", 1}));
      return store::account_credentials::insert(
          db, account, {},
          {{"v2", sealed, "Bearer", "personio:persons:read personio:absences:read",
            hub.clock.unix_ms(), hub.clock.unix_ms() + 3'600'000, 1}});
    });
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
      ASSERT_NE(answer.find("a-token-of-some-forty"), std::string::npos) << answer;
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
  std::string request;
  std::unique_ptr<net::HttpServer> server;
};

// A ceiling for each read; what is above it was added by somebody.
constexpr std::int64_t kMost = 82;
// The server's timers and the like, in all.
constexpr std::int64_t kBesides = 50;

TEST_F(TokenReads, AskTheHeapForNoMoreThanTheyMay) {
  std::vector<net::Channel> clients;
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

}  // namespace
}  // namespace patchbay::test
