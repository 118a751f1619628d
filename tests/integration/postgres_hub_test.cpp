// The hub on PostgreSQL: what it does on SQLite, and what SQLite can't do: other hubs beside it, a
// server that stops, connections that are cut.
#include <stop_token>

#include "child_process.h"
#include "hub_fixture.h"
#include "store/change_sequence_table.h"
#include "support/postgres_cluster.h"
#include "support/postgres_proxy.h"

namespace patchbay::integration {
namespace {

using testing_support::ask_postgres;
using testing_support::new_postgres_schema;
using testing_support::PostgresCluster;
using testing_support::PostgresProxy;
using testing_support::shared_postgres;

class PostgresHubTest : public HubTest {
 protected:
  PostgresHubTest() { use(new_postgres_schema()); }

  void use(const std::string& address) {
    uri = address;
    store_location = store::StoreLocation::parse(SecretString(address)).value();
  }
  std::string ask(const std::string& sql) const { return ask_postgres(uri, sql); }
  std::size_t valid_tokens() {
    return personio.valid_tokens(personio.default_integration().client_id);
  }
  accounts::LinkOutcome link_owner(const std::string& owner) {
    return link(personio.default_integration(), owner);
  }
  // After a cut it may take the hub a moment to try again.
  bool database_answers() {
    return wait_until([&] {
      return hub->store().read_blocking(store::change_sequence_table::current).has_value();
    });
  }
  accounts::LinkRequest request_for(const store::ConnectSession& session) {
    accounts::LinkRequest request;
    request.session = session;
    request.connector_id = "personio";
    request.form.values = {{"client_id", personio.default_integration().client_id}};
    request.form.secrets.push_back(
        {"client_secret", SecretString(personio.default_integration().client_secret)});
    return request;
  }
  // A hub in a process of its own.
  std::unique_ptr<ChildProcess> child(const std::string& verb,
                                      const std::vector<std::string>& arguments) {
    drop("personio.so", kPersonioLibrary);
    std::vector<std::string> all{verb,
                                 data,
                                 key_file,
                                 connectors,
                                 kWorkerProgram,
                                 std::to_string(personio.port()),
                                 personio.ca_file()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    ::setenv("PATCHBAY_STORE", uri.c_str(), 1);
    auto started = std::make_unique<ChildProcess>(PATCHBAY_BUILD_DIR "/bin/patchbay_test_hub", all);
    ::unsetenv("PATCHBAY_STORE");
    return started;
  }

  std::string uri;
};

TEST_F(PostgresHubTest, AnAccountIsLinkedRefreshedSuspendedAndUnlinkedThere) {
  open_hub();
  EXPECT_FALSE(fs::exists(data + "/patchbay.db"));
  const auto id = linked().id;
  const auto held = token_value(id);
  ASSERT_TRUE(refresh(id));
  EXPECT_NE(token_value(id), held);
  EXPECT_EQ(account(id).generation, 2);
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id)));
  EXPECT_FALSE(token(id));
  ASSERT_TRUE(wait(hub->accounts().resume(hub->project_id(), id)));
  close_hub();
  open_hub();
  const auto last = token_value(id);
  EXPECT_TRUE(personio.token_is_valid(last));
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  expect_nothing_stored();
  EXPECT_TRUE(revocations_done());
  EXPECT_FALSE(personio.token_is_valid(last));
}

TEST_F(PostgresHubTest, HubsThatStartAtOnceOnAnEmptyDatabaseShareOneKeyAndProject) {
  constexpr int kHubs = 4;
  std::vector<std::future<Result<std::unique_ptr<cli::Hub>>>> starting;
  starting.reserve(kHubs);
  for (int i = 0; i < kHubs; ++i)
    starting.push_back(std::async(std::launch::async, [this, i] {
      auto mine = options();
      mine.data_folder = data + std::to_string(i);
      mine.loops = 1;
      return cli::Hub::open(mine);
    }));
  std::set<std::string> projects;
  std::set<std::string> keys;
  for (auto& one : starting) {
    const auto opened = one.get();
    ASSERT_TRUE(opened) << opened.error().message;
    projects.insert((*opened)->project_id());
    keys.insert(std::string((*opened)->vault().sealing_key_id()));
  }
  EXPECT_EQ(projects.size(), 1U);
  EXPECT_EQ(keys.size(), 1U);
  EXPECT_EQ(ask("SELECT count(*) FROM data_keys"), "1");
  EXPECT_EQ(ask("SELECT count(*) FROM projects"), "1");
}

TEST_F(PostgresHubTest, WhoeverLosesARefreshToAnotherHubRevokesItsOwnAndServesTheWinners) {
  open_hub();
  const auto id = linked().id;
  let_held_tokens_end(id);
  auto other = make_hub();
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenRoute, .delay = 600ms});
  const auto before = calls(kTokenRoute);
  auto losing = start(hub->keeper().token(hub->project_id(), id, "v2", 0));
  ASSERT_TRUE(called(kTokenRoute, before + 1));
  ASSERT_TRUE(other->loops().block_on(other->accounts().refresh(other->project_id(), id)));
  const auto winner =
      other->loops().block_on(other->keeper().token(other->project_id(), id, "v2", 0));
  ASSERT_TRUE(winner);
  const auto lost = losing.get();
  ASSERT_TRUE(lost) << lost.error().message;
  EXPECT_TRUE(lost->value.equals(winner->value.reveal()));
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(personio.valid_tokens(), 4U) << "the first connect's pair and the winner's pair";
}

TEST_F(PostgresHubTest, KilledInTheMiddleOfConnectNothingStaysAndNoTokenIsLeft) {
  const auto who = personio.default_integration();
  personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 60s});
  auto linking = child("link", {"acme", who.client_id, who.client_secret});
  ASSERT_TRUE(called(kPersonsRoute));
  ASSERT_TRUE(wait_until(
      [&] { return ask("SELECT max((state::json->>'answers')::int) FROM flows") == "2"; }));
  linking->kill();
  personio.kit().clear_faults();
  EXPECT_EQ(valid_tokens(), 2U);

  open_hub();
  EXPECT_EQ(end_interrupted(), 1U);
  expect_nothing_stored();
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(valid_tokens(), 0U) << "a token stays valid that nobody holds";
  EXPECT_TRUE(link(who).account);
}

TEST_F(PostgresHubTest, KilledAgainAndAgainWhileAccountsAreLinkedItLosesNoneThatWasConfirmed) {
  const auto who = personio.default_integration();
  for (int round = 0; round < 4; ++round) {
    auto linking =
        child("link", {"owner" + std::to_string(round), who.client_id, who.client_secret});
    if (round % 2 == 0) ASSERT_EQ(linking->line(), "done");
    linking->kill();
  }
  open_hub();
  end_interrupted();
  for (int round = 0; round < 4; round += 2)
    EXPECT_EQ(
        ask("SELECT count(*) FROM accounts WHERE owner_id = 'owner" + std::to_string(round) + "'"),
        "1");
  EXPECT_EQ(rows_in("flows"), 0);
}

TEST_F(PostgresHubTest, AConnectWhoseServerStopsFailsByNameAndItsTokensAreRevoked) {
  PostgresCluster server;
  use(new_postgres_schema(server.uri()));
  open_hub();
  const auto held = linked(personio.default_integration(), "first").id;
  ASSERT_TRUE(token(held));
  personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 1s});
  const auto before = calls(kPersonsRoute);
  auto linking = start(hub->accounts().link(
      link_request(personio.default_integration(), session_request("second"))));
  ASSERT_TRUE(called(kPersonsRoute, before + 1));
  server.stop(SIGKILL);
  const auto outcome = linking.get();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kStorage) << outcome.error.message;
  EXPECT_EQ(valid_tokens(), 2U) << "those of the first account alone";
  EXPECT_TRUE(wait_until([&] { return !token(held); }))
      << "served without knowing whether it may be";

  server.start();
  ASSERT_TRUE(database_answers());
  EXPECT_TRUE(link_owner("second").account);
  EXPECT_EQ(account(held).status, store::AccountStatus::kActive);
  EXPECT_TRUE(refresh(held));
}

TEST_F(PostgresHubTest, ALineCutAtAnyCommitOfAConnectLosesNeitherAccountNorToken) {
  const TempFolder proxy_folder;
  const auto server_folder = shared_postgres().substr(shared_postgres().find("host=") + 5);
  PostgresProxy proxy(proxy_folder.path(), server_folder);
  auto through = uri;
  through.replace(through.find(server_folder), server_folder.size(), proxy_folder.path());
  const auto direct = uri;
  use(through);
  hub = nullptr;
  drop("personio.so", kPersonioLibrary);
  hub = make_hub();  // nothing in the background that commits, too
  uri = direct;
  ASSERT_TRUE(link_owner("first").account);
  int linked = 1;
  for (int commit = 0; commit < 6; ++commit) {
    for (const auto when : {PostgresProxy::Cut::kBeforeCommit, PostgresProxy::Cut::kAfterCommit}) {
      proxy.cut(when, false, commit);
      const auto outcome = link_owner("owner" + std::to_string(linked));
      EXPECT_TRUE(outcome.account) << commit << ": " << outcome.error.message;
      ++linked;
    }
  }
  proxy.cut(PostgresProxy::Cut::kNever);
  EXPECT_EQ(rows_in("accounts"), linked);
  EXPECT_EQ(rows_in("flows"), 0);
  EXPECT_EQ(rows_in("revocations"), 0);
  EXPECT_EQ(valid_tokens(), 2U * static_cast<unsigned>(linked));
}

TEST_F(PostgresHubTest, ConnectionsCutAgainAndAgainLoseNeitherAccountNorToken) {
  open_hub();
  // So many times and no more: on a slow machine nothing would get through otherwise.
  std::jthread cutter([&](const std::stop_token& over) {
    for (int cuts = 0; cuts < 40 && !over.stop_requested();) {
      if (!ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
               "application_name = 'patchbay ' || current_schema()")
               .empty())
        ++cuts;
      std::this_thread::sleep_for(15ms);
    }
  });
  int confirmed = 0;
  for (int i = 0; i < 8; ++i) {
    auto session = session_request("owner" + std::to_string(i));
    session.connector_id = "personio";
    auto opened = wait(hub->accounts().create_session(std::move(session)));
    if (!opened) continue;
    if (wait(hub->accounts().link(request_for(opened->session))).account) ++confirmed;
  }
  cutter = {};
  ASSERT_TRUE(database_answers());
  EXPECT_TRUE(link_owner("last").account);
  end_interrupted();
  // What was cut while it was delivered waits longer each time before it is tried again.
  EXPECT_TRUE(wait_until([&] { return rows_in("revocations") == 0; }, 60s));
  const auto kept = rows_in("accounts");
  EXPECT_GT(kept, confirmed);
  EXPECT_EQ(valid_tokens(), 2U * static_cast<std::size_t>(kept));
}

}  // namespace
}  // namespace patchbay::integration
