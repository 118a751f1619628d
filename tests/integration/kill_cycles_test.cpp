// kill -9 again and again, at any moment of a real hub process: while it starts, migrates,
// recovers, links, reconnects, refreshes, unlinks. After each kill no acknowledged account is lost,
// nothing that was unlinked is back, every sealed value opens, and every token that was minted is
// stored or revoked, but for those whose minting the kill itself met (docs/ARCHITECTURE.md, What
// survives a kill).
//
// The long form (tests/durability/README.md holds its last result):
//   PATCHBAY_KILL_CYCLES=10000 build/release/bin/patchbay_recovery_tests
//   --gtest_filter='KillCycles*'
// PATCHBAY_SEED=N repeats the acts and the times of the kills, as far as a machine does.
#include <cstdlib>
#include <future>
#include <iomanip>
#include <random>

#include "child_process.h"
#include "hub_fixture.h"
#include "kill_ledger.h"
#include "store/data_keys_table.h"
#include "store/migrations.h"
#include "store/open_vault.h"
#include "store/projects_table.h"
#include "store/verify_database.h"

namespace patchbay::integration {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

constexpr int kCyclesOfADatabase = 50;
constexpr std::uint64_t kTokensOfAnAct = 2;  // what Personio mints for one connect or refresh

// Fulfils a promise at the first call, or at its end.
class Once {
 public:
  explicit Once(std::promise<void>& promise) : promise_(&promise) {}
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;
  ~Once() { tell(); }
  void tell() {
    if (auto* const promise = std::exchange(promise_, nullptr)) promise->set_value();
  }

 private:
  std::promise<void>* promise_;
};

class KillCyclesTest : public HubTest {
 protected:
  KillCyclesTest() {
    drop("personio.so", kPersonioLibrary);
    personio.set_options([](auto& options) { options.rate_limits = false; });
  }

  std::string database() const { return cli::database_path(data); }
  static std::unique_ptr<store::Database> open_database(const std::string& path) {
    store::SqliteOptions options;
    options.path = path;
    auto opened = store::open_sqlite(options);
    if (!opened) throw std::runtime_error(opened.error().message);
    return *std::move(opened);
  }
  // Commands that work on the same database beside the hub, one of them in some cycles, and are
  // killed as it is. Whatever else an operator may run online belongs here.
  std::vector<std::vector<std::string>> companions() const {
    return {{"store", "backup", backup, "--data", data},
            {"key", "rotate", "--data-key", "--wait", "0", "--data", data, "--key-file", key_file}};
  }
  // A backup has its name only when it is whole.
  void check_backup() {
    for (const auto& file : fs::directory_iterator(folder.path()))
      if (file.path().filename().string().find(".part-") != std::string::npos)
        fs::remove(file.path());
    if (!fs::exists(backup)) return;
    const auto kek = key();
    const auto whole = store::verify_sqlite(backup, &kek);
    EXPECT_TRUE(whole) << whole.error().message;
    fs::remove(backup);
    ++backups;
  }

  vault::KeyEncryptionKey key() const { return vault::load_key(vault::KeyFile{key_file}).value(); }

  // A database of the version before, with accounts in it: the next hub migrates it, and is killed
  // over that, too.
  void begin_database() {
    fs::remove_all(data);
    personio.revoke_tokens();
    strays = 0;
    ledger = KillLedger();
    const auto db = open_database(database());
    ASSERT_TRUE(store::migrate_to(*db, store::latest_schema_version() - 1));
    OsRandom random;
    const auto kek = key();
    const auto vault = store::open_vault(*db, kek, random, 1);
    ASSERT_TRUE(vault);
    ASSERT_TRUE(store::projects_table::insert(*db, {"prj_1", "Example", 1}));
    store::Integration integration;
    integration.id = "int_1";
    integration.project_id = "prj_1";
    integration.connector_id = "other";
    ASSERT_TRUE(store::integrations_table::insert(*db, integration));
    for (int i = 0; i < 10; ++i) add_account(*db, *vault, "acc_before" + std::to_string(i));
  }
  void add_account(store::Database& db, const vault::Vault& vault, const std::string& id) {
    store::Account account;
    account.id = account.owner_id = id;
    account.project_id = "prj_1";
    account.integration_id = "int_1";
    account.connector_id = "other";
    const auto sealed = vault.seal("secret", {store::kSecretsTable, "prj_1", id, "secret", 1});
    ASSERT_TRUE(store::accounts_table::insert(db, account));
    ASSERT_TRUE(store::account_credentials::insert(db, account, {{"secret", *sealed, 1}}, {}));
    ledger.expect(id, 1);
  }

  // What is stored must be valid at the provider, and nothing else may be, but for what refreshes
  // replaced.
  void check_tokens() {
    const auto db = open_database(database());
    OsRandom random;
    const auto keys = store::data_keys_table::list(*db);
    const auto vault = vault::Vault::unlock(key(), *keys, random);
    ASSERT_TRUE(vault) << vault.error().message;
    const auto rows = db->query(
        "SELECT project_id, account_id, name, generation, sealed FROM "
        "account_tokens");
    ASSERT_TRUE(rows) << rows.error().message;
    for (const auto& row : *rows) {
      const auto token = vault->open(row.text(4), {store::kTokensTable, row.text(0), row.text(1),
                                                   row.text(2), row.integer(3)});
      ASSERT_TRUE(token) << token.error().message;
      ASSERT_TRUE(personio.token_is_valid(std::string(token->reveal()))) << "a stored token died";
    }
    const auto valid = personio.valid_tokens();
    const auto known = rows->size() + kTokensOfAnAct * ledger.refreshes();
    ASSERT_GE(valid, known);
    const auto now_stray = valid - known;
    ASSERT_LE(now_stray, strays + kTokensOfAnAct * interrupted)
        << "a token is valid that nobody holds";
    all_strays += now_stray - std::min<std::uint64_t>(now_stray, strays);
    strays = now_stray;
    interrupted = 0;
  }

  // One life of a hub, ended at a moment drawn from `draw`.
  void cycle(std::mt19937_64& draw) {
    const auto who = personio.default_integration();
    ChildProcess hub_process(
        PATCHBAY_BUILD_DIR "/bin/patchbay_test_hub",
        {"work", data, key_file, connectors, kWorkerProgram, std::to_string(personio.port()),
         personio.ca_file(), std::to_string(draw()), who.client_id, who.client_secret});
    std::promise<void> settled;
    std::promise<void> worked;
    auto acts = draw() % 4;
    auto reader = std::async(std::launch::async, [&] {
      Once is_settled(settled);
      Once has_worked(worked);
      for (auto line = hub_process.line(); !line.empty(); line = hub_process.line()) {
        const auto before = ledger.acknowledged();
        ledger.read(line);
        if (line == "settled") is_settled.tell();
        if (ledger.acknowledged() > before && acts > 0) --acts;
        if (line.starts_with("begin") && acts == 0) has_worked.tell();
      }
    });
    std::unique_ptr<ChildProcess> companion;
    const auto some_time = [&](std::uint64_t most) {
      return std::chrono::microseconds(draw() % (most * 1'000));
    };
    if (draw() % 4 == 0) {
      std::this_thread::sleep_for(some_time(120));  // over its start
    } else {
      settled.get_future().wait();
      if (ledger.failure().empty()) check_tokens();
      hub_process.say("go");
      if (const auto all = companions(); draw() % 3 == 0)
        companion = std::make_unique<ChildProcess>(PATCHBAY_BUILD_DIR "/bin/patchbay",
                                                   all[draw() % all.size()]);
      worked.get_future().wait();
      std::this_thread::sleep_for(some_time(50));
    }
    hub_process.kill();
    reader.wait();
    companion.reset();
    ASSERT_EQ(ledger.failure(), "");
    if (ledger.interrupted_a_mint()) ++interrupted;
    check_database();
  }
  void check_database() {
    const auto kek = key();
    const auto facts = store::verify_sqlite(database(), &kek);
    ASSERT_TRUE(facts) << facts.error().message;
    const auto db = open_database(database());
    ASSERT_EQ(ledger.check(*db), "");
    check_backup();
  }

  std::string backup = folder / "backup.db";
  std::uint64_t backups = 0;  // that were made before the kill
  KillLedger ledger;
  std::uint64_t strays = 0;       // valid tokens nobody holds, as last seen
  std::uint64_t interrupted = 0;  // acts that mint, killed since then
  std::uint64_t all_strays = 0;
};

void print_progress(std::uint64_t done, std::uint64_t all,
                    std::chrono::steady_clock::time_point began) {
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - began;
  const double rate = static_cast<double>(done) / spent.count();
  std::cerr << done << " of " << all << " cycles, " << std::fixed << std::setprecision(1) << rate
            << " a second, " << std::setprecision(0) << static_cast<double>(all - done) / rate
            << " s left" << std::endl;
}

TEST_F(KillCyclesTest, LoseNoAcknowledgedAccountAndNoToken) {
  const auto cycles = number_from("PATCHBAY_KILL_CYCLES", 40);
  const auto seed = number_from("PATCHBAY_SEED", std::random_device{}());
  std::cout << "PATCHBAY_SEED=" << seed << std::endl;
  std::mt19937_64 draw(seed);
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t acknowledged = 0;
  std::uint64_t done = 0;
  for (; done < cycles && !HasFatalFailure(); ++done) {
    if (done % kCyclesOfADatabase == 0) {
      acknowledged += ledger.acknowledged();
      begin_database();
      if (HasFatalFailure()) return;
    }
    cycle(draw);
    if (done % 100 == 99) print_progress(done + 1, cycles, began);
  }
  acknowledged += ledger.acknowledged();
  EXPECT_GT(acknowledged, 0U);
  std::cout << done << " cycles, " << acknowledged << " acknowledged acts, " << all_strays
            << " tokens whose minting a kill met, " << backups << " backups made meanwhile\n";
}

}  // namespace
}  // namespace patchbay::integration
