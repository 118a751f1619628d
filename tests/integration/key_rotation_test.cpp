// Keys that change while hubs serve: the real command, killed and run again, beside hubs that link,
// refresh and read.
#include <atomic>

#include "child_process.h"
#include "hub_fixture.h"
#include "store/data_keys_table.h"
#include "store/revocations_table.h"

namespace patchbay::integration {
namespace {

inline const std::string kPatchbay = PATCHBAY_BUILD_DIR "/bin/patchbay";

class KeyRotationTest : public HubTest {
 protected:
  std::vector<std::string> arguments(std::vector<std::string> more) const {
    std::vector<std::string> all{"key", "rotate", "--data", data, "--key-file", key_file};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  int rotate(std::vector<std::string> more = {"--wait", "0"}) const {
    ChildProcess command(kPatchbay, arguments(std::move(more)));
    while (!command.line().empty()) {
    }
    return command.wait();
  }
  std::string newest_key() {
    return hub->store()
        .transact_blocking([](store::Database& db) { return store::data_keys_table::list(db); })
        ->back()
        .id;
  }
  // Something to re-seal that takes a while: jobs that are not due for years.
  void add_records(int count) {
    const auto done = hub->store().transact_blocking([&](store::Database& db) -> Result<> {
      for (int i = 0; i < count; ++i) {
        store::Revocation job;
        job.id = "rev_" + std::to_string(i);
        job.project_id = hub->project_id();
        job.next_attempt = job.give_up_at = std::int64_t{1} << 60U;
        PATCHBAY_TRY_ASSIGN(
            job.sealed_payload,
            hub->vault().seal("payload", {"revocations", job.project_id, job.id, "payload", 0}));
        PATCHBAY_TRY(store::revocations_table::enqueue(db, job));
      }
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }
};

TEST_F(KeyRotationTest, ThreeRotationsUnderLoadFailNoReadAndNoLink) {
  open_hub();
  const auto other = make_hub();
  other->start_background();
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i)
    ids.push_back(linked(personio.default_integration(), "owner " + std::to_string(i)).id);
  std::atomic<bool> over{false};
  std::atomic<int> reads{0};
  std::atomic<int> writes{0};
  std::mutex mutex;
  std::vector<std::string> failures;
  const auto failed = [&](const Error& error) {
    const std::lock_guard lock(mutex);
    failures.push_back(error.message);
  };
  // From the database each time, so that records under every key are opened.
  const auto read = [&](cli::Hub& at) {
    for (std::size_t i = 0; !over; ++i) {
      const auto& id = ids[i % ids.size()];
      at.loops().block_on(at.keeper().forget(id));
      const auto token = at.loops().block_on(at.keeper().token(at.project_id(), id, "v2", 0));
      if (!token) failed(token.error());
      ++reads;
    }
  };
  const auto refresh = [&](cli::Hub& at) {
    // The provider takes 150 token requests a minute.
    for (std::size_t i = 0; !over && i < 40; ++i) {
      const int seen = reads;
      wait_until([&] { return over || reads > seen + 20; });
      const auto done =
          at.loops().block_on(at.accounts().refresh(at.project_id(), ids[i % ids.size()]));
      if (!done) failed(done.error());
      ++writes;
    }
  };
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] { read(*hub); });
    threads.emplace_back([&] { read(*other); });
    threads.emplace_back([&] { refresh(*hub); });
    threads.emplace_back([&] { refresh(*other); });
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(rotate({"--wait", "1.2", "--remove-now"}), 0);
      const auto late = link(personio.default_integration(), "late owner " + std::to_string(i));
      EXPECT_TRUE(late.account) << late.error.message;
    }
    over = true;
  }
  EXPECT_TRUE(failures.empty()) << failures.size() << " failed: "
                                << (failures.empty() ? std::string() : failures.front());
  EXPECT_GT(reads, 50);
  EXPECT_GT(writes, 6);
  for (const auto* table : {"account_secrets", "account_tokens"})
    EXPECT_EQ(sql(std::string("SELECT count(*) FROM ") + table + " WHERE data_key_id IS NULL"), 0);
  for (const auto& id : ids) {
    wait(hub->keeper().forget(id));
    EXPECT_TRUE(token(id));
  }
}

TEST_F(KeyRotationTest, KilledAnywhereItIsFinishedByTheNextRun) {
  open_hub();
  add_records(3'000);
  const auto id = linked().id;
  std::string target;
  for (int kill = 1; kill <= 4; ++kill) {
    // It waits for hubs at its end, so that it is alive when it is killed.
    ChildProcess command(kPatchbay, arguments({"--wait", "600"}));
    ASSERT_FALSE(command.line().empty());
    if (target.empty()) target = newest_key();
    EXPECT_EQ(newest_key(), target) << "an interrupted rotation is finished, not begun again";
    const auto under_new = [&] {
      return sql("SELECT count(*) FROM revocations WHERE data_key_id = '" + target + "'");
    };
    wait_until([&] { return under_new() >= kill * 500; });
    command.kill();
    wait(hub->keeper().forget(id));
    EXPECT_TRUE(token(id)) << "the hub beside it reads on";
  }
  EXPECT_EQ(rotate(), 0);
  EXPECT_EQ(newest_key(), target);
  EXPECT_EQ(sql("SELECT count(*) FROM revocations WHERE data_key_id <> '" + target + "'"), 0);
  EXPECT_EQ(rows_in("revocations"), 3'000);
  EXPECT_EQ(rotate(), 0);
  EXPECT_NE(newest_key(), target) << "a finished one is followed by another";
}

TEST_F(KeyRotationTest, TwoRotationsAtOnceBothEndAndNothingIsLost) {
  open_hub();
  add_records(1'000);
  const auto id = linked().id;
  {
    ChildProcess one(kPatchbay, arguments({"--wait", "0"}));
    ChildProcess two(kPatchbay, arguments({"--wait", "0"}));
    EXPECT_EQ(one.wait(), 0);
    EXPECT_EQ(two.wait(), 0);
  }
  EXPECT_EQ(sql("SELECT count(*) FROM revocations WHERE data_key_id <> '" + newest_key() + "'"), 0);
  wait(hub->keeper().forget(id));
  EXPECT_TRUE(token(id));
}

TEST_F(KeyRotationTest, AHubGoesOnUnderANewKeyFileWithoutARestart) {
  open_hub();
  const auto id = linked().id;
  const auto next = folder / "next";
  OsRandom random;
  ASSERT_TRUE(vault::create_key_file(next, random));
  ASSERT_EQ(rotate({"--new-key-file", next}), 0);
  fs::rename(next, key_file);
  // A data key that is wrapped with the new key alone: the running hub reads its key file again.
  ASSERT_EQ(rotate(), 0);
  wait(hub->keeper().forget(id));
  EXPECT_TRUE(token(id));
  EXPECT_TRUE(refresh(id));
  close_hub();
  open_hub();
  EXPECT_TRUE(token(id));
}

TEST_F(KeyRotationTest, TheOldKeyOpensNothingAnyMore) {
  open_hub();
  linked();
  close_hub();
  const auto next = folder / "next";
  OsRandom random;
  ASSERT_TRUE(vault::create_key_file(next, random));
  ASSERT_EQ(rotate({"--new-key-file", next, "--data-key", "--wait", "0"}), 0);
  const auto opened = cli::Hub::open(options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kConfiguration);
  EXPECT_NE(opened.error().message.find("needs key"), std::string::npos);
}

TEST_F(KeyRotationTest, AKeyComesFromAFileAVariableOrACredential) {
  open_hub();
  close_hub();
  const auto text = read_bytes(key_file);
  ::setenv("PATCHBAY_TEST_KEY", text.c_str(), 1);
  ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
  const auto run_with = [&](std::vector<std::string> source) {
    std::vector<std::string> all{"key", "rotate", "--data", data, "--wait", "0"};
    all.insert(all.end(), source.begin(), source.end());
    ChildProcess command(kPatchbay, all);
    return command.wait();
  };
  EXPECT_EQ(run_with({"--key-file", key_file}), 0);
  EXPECT_EQ(run_with({"--key-env", "PATCHBAY_TEST_KEY"}), 0);
  EXPECT_EQ(run_with({"--key-credential", "key"}), 0);
  EXPECT_EQ(run_with({}), 1) << "DATA/key is not there";
  EXPECT_EQ(run_with({"--key-env", "PATCHBAY_NO_SUCH_KEY"}), 1);
  EXPECT_EQ(run_with({"--key-credential", "none"}), 1);
  EXPECT_EQ(run_with({"--key-file", key_file, "--key-env", "PATCHBAY_TEST_KEY"}), 2);
  // A second key, to move to, from a variable.
  OsRandom random;
  ASSERT_TRUE(vault::create_key_file(folder / "next", random));
  ::setenv("PATCHBAY_TEST_KEY", read_bytes(folder / "next").c_str(), 1);
  EXPECT_EQ(run_with({"--key-file", key_file, "--new-key-env", "PATCHBAY_TEST_KEY"}), 0);
  EXPECT_EQ(run_with({"--key-credential", "next"}), 0);
  EXPECT_EQ(run_with({"--key-file", key_file}), 1);
  ::unsetenv("PATCHBAY_TEST_KEY");
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_F(KeyRotationTest, WhatWasDoneWithKeysIsRecordedAndNothingOfAKeyIsShown) {
  open_hub();
  linked();
  close_hub();
  ASSERT_EQ(rotate({"--wait", "0", "--remove-now"}), 0);
  const auto lines = audited();
  for (const auto* kind :
       {"data_key.rotation_begun", "data_key.created", "data_key.rotated", "data_key.removed"})
    EXPECT_NE(lines.find(kind), std::string::npos) << kind;
  const auto key_text = read_bytes(key_file);
  EXPECT_EQ(lines.find(key_text.substr(0, 40)), std::string::npos);
  ChildProcess listing(kPatchbay, {"key", "list", "--data", data, "--json"});
  const auto listed = listing.line();
  EXPECT_EQ(listing.wait(), 0);
  EXPECT_NE(listed.find("\"state\":\"seals\""), std::string::npos) << listed;
  EXPECT_EQ(listed.find(key_text.substr(0, 40)), std::string::npos);
}

}  // namespace
}  // namespace patchbay::integration
