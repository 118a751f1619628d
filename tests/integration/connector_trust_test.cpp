// Who may run: files wait for approval, approvals hold for one content, and what replaces a running
// connector takes over only when it can.
#include <unistd.h>

#include "child_process.h"
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

using connector::ConnectorPtr;
using connector::ConnectorState;

class ConnectorTrust : public HubTest {
 protected:
  ConnectorTrust() {
    trust = {};
    hub = make_hub();
  }

  // What the file is now, and what serves though the file is another by now.
  ConnectorPtr in_state(const std::string& file, ConnectorState state) {
    for (auto& connector : hub->registry().list())
      if (connector->file == file && connector->state == state) return connector;
    return nullptr;
  }
  ConnectorPtr becomes(const std::string& file, ConnectorState state) {
    ConnectorPtr found;
    EXPECT_TRUE(wait_until([&] { return (found = in_state(file, state)) != nullptr; }))
        << file << " does not become " << to_string(state);
    return found;
  }
  ConnectorPtr awaiting(const std::string& file) {
    return becomes(file, ConnectorState::kAwaitingApproval);
  }
  Result<> approve(const ConnectorPtr& connector) {
    return wait(hub->registry().approve(connector->sha256, "test"));
  }
  Result<> withdraw(const ConnectorPtr& connector) {
    return wait(hub->registry().withdraw(connector->sha256, "test"));
  }
  // Another content with the same code: bytes behind the library's end belong to no segment.
  void drop_another(const std::string& name, const std::string& from) const {
    write_bytes(connectors + "/." + name, read_bytes(from) + "x");
    fs::rename(connectors + "/." + name, connectors + "/" + name);
  }
  bool can_link(const std::string& id) {
    return wait(hub->accounts().link(link_request({"id", "secret"}, session_request("acme"), id)))
        .account.has_value();
  }
};

// Nobody has to touch the file for it.
TEST_F(ConnectorTrust, WhatCouldNotBeDecidedIsDecidedWhenTheDatabaseAnswersAgain) {
  sql("ALTER TABLE connector_approvals RENAME TO away");
  drop("misfit.so", bad_connector("well_behaved"));
  const auto found = becomes("misfit.so", ConnectorState::kRefused);
  ASSERT_TRUE(found);
  EXPECT_NE(found->reason.find("can't be told"), std::string::npos) << found->reason;
  sql("ALTER TABLE away RENAME TO connector_approvals");
  EXPECT_TRUE(awaiting("misfit.so"));
}

// As on a machine that was too busy: the file is the same, its worker starts the second time.
TEST_F(ConnectorTrust, AWorkerThatCouldNotBeStartedIsTriedAgain) {
  trust.approve_all = true;
  close_hub();
  const std::string program = folder / "worker";
  fs::create_symlink("/bin/false", program);
  worker_program = program;
  hub = make_hub();
  drop("misfit.so", bad_connector("well_behaved"));
  ASSERT_TRUE(becomes("misfit.so", ConnectorState::kFailed));
  fs::remove(program);
  fs::create_symlink(kWorkerProgram, program);
  EXPECT_TRUE(becomes("misfit.so", ConnectorState::kReady));
}

TEST_F(ConnectorTrust, NoneOfItsCodeRunsBeforeItIsApproved) {
  drop("misfit.so", bad_connector("crash_in_constructor"));
  const auto found = awaiting("misfit.so");
  ASSERT_TRUE(found);
  EXPECT_TRUE(children_of(::getpid()).empty()) << "a worker was started for it";
  EXPECT_FALSE(found->runtime);
  EXPECT_FALSE(hub->registry().find("misfit"));
  ASSERT_TRUE(found->review);
  EXPECT_FALSE(found->review->change.added.empty()) << "what it asks for is not told";
  ASSERT_TRUE(approve(found));
  EXPECT_TRUE(in_state("misfit.so", ConnectorState::kFailed)) << "its code was not run after all";
}

TEST_F(ConnectorTrust, AnApprovedOneIsReadyAndStaysSoAfterARestart) {
  drop("misfit.so", bad_connector("well_behaved"));
  const auto found = awaiting("misfit.so");
  ASSERT_TRUE(found);
  EXPECT_FALSE(can_link("misfit"));
  ASSERT_TRUE(approve(found));
  EXPECT_TRUE(can_link("misfit"));
  close_hub();
  hub = make_hub();
  EXPECT_TRUE(in_state("misfit.so", ConnectorState::kReady));
  const auto lines = audited();
  EXPECT_NE(lines.find("\"connector.approved\""), std::string::npos);
  EXPECT_NE(lines.find(found->sha256), std::string::npos);
}

TEST_F(ConnectorTrust, AnApprovalThatIsTakenBackStopsItAtOnce) {
  drop("misfit.so", bad_connector("well_behaved"));
  ASSERT_TRUE(approve(awaiting("misfit.so")));
  const auto ready = in_state("misfit.so", ConnectorState::kReady);
  ASSERT_TRUE(ready);
  ASSERT_TRUE(withdraw(ready));
  EXPECT_TRUE(in_state("misfit.so", ConnectorState::kAwaitingApproval));
  EXPECT_FALSE(hub->registry().find("misfit"));
  EXPECT_FALSE(can_link("misfit"));
}

TEST_F(ConnectorTrust, AnotherContentIsAnotherDecisionAndTheOldOneGoesOnMeanwhile) {
  drop("misfit.so", bad_connector("well_behaved"));
  ASSERT_TRUE(approve(awaiting("misfit.so")));
  const auto old = hub->registry().find("misfit");
  ASSERT_TRUE(old);
  drop_another("misfit.so", bad_connector("well_behaved"));
  const auto next = awaiting("misfit.so");
  ASSERT_TRUE(next);
  EXPECT_TRUE(next->review->has_before);
  EXPECT_TRUE(next->review->change.none()) << "it asks for the same";
  EXPECT_EQ(hub->registry().find("misfit"), old);
  EXPECT_TRUE(can_link("misfit"));
  ASSERT_TRUE(approve(next));
  EXPECT_EQ(hub->registry().find("misfit")->sha256, next->sha256);
  EXPECT_TRUE(can_link("misfit"));
}

TEST_F(ConnectorTrust, ADecisionAboutAContentThatIsGoneIsNotFound) {
  drop("misfit.so", bad_connector("well_behaved"));
  const auto looked_at = awaiting("misfit.so");
  ASSERT_TRUE(looked_at);
  drop_another("misfit.so", bad_connector("well_behaved"));
  ASSERT_TRUE(wait_until([&] {
    const auto now = in_state("misfit.so", ConnectorState::kAwaitingApproval);
    return now && now->sha256 != looked_at->sha256;
  }));
  const auto done = approve(looked_at);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(hub->registry().find("misfit"));
}

TEST_F(ConnectorTrust, WhatAnotherProcessDecidesIsNoticed) {
  drop("misfit.so", bad_connector("well_behaved"));
  const auto found = awaiting("misfit.so");
  ASSERT_TRUE(found);
  const auto other = make_hub();
  ASSERT_TRUE(other->loops().block_on(other->registry().approve(found->sha256, "other")));
  EXPECT_TRUE(becomes("misfit.so", ConnectorState::kReady));
  ASSERT_TRUE(other->loops().block_on(other->registry().withdraw(found->sha256, "other")));
  EXPECT_TRUE(awaiting("misfit.so"));
  EXPECT_FALSE(hub->registry().find("misfit"));
}

TEST_F(ConnectorTrust, APinnedContentIsLetInWithoutAskingAndNoOtherIs) {
  close_hub();
  const auto file = connector::read_connector_file(bad_connector("well_behaved"));
  ASSERT_TRUE(file) << file.error().message;
  trust.pinned = {file->sha256};
  hub = make_hub();
  drop("misfit.so", bad_connector("well_behaved"));
  EXPECT_TRUE(becomes("misfit.so", ConnectorState::kReady));
  drop("personio.so", kPersonioLibrary);
  EXPECT_TRUE(awaiting("personio.so"));
}

TEST_F(ConnectorTrust, AWithdrawalOutweighsThePolicyAlsoAfterARestart) {
  close_hub();
  trust.approve_all = true;
  hub = make_hub();
  drop("misfit.so", bad_connector("well_behaved"));
  const auto ready = becomes("misfit.so", ConnectorState::kReady);
  ASSERT_TRUE(ready);
  ASSERT_TRUE(withdraw(ready));
  close_hub();
  hub = make_hub();
  EXPECT_TRUE(in_state("misfit.so", ConnectorState::kAwaitingApproval));
}

TEST_F(ConnectorTrust, WhatFailsToStartDoesNotTakeOver) {
  close_hub();
  trust.approve_all = true;
  hub = make_hub();
  drop("misfit.so", bad_connector("well_behaved"));
  const auto old = becomes("misfit.so", ConnectorState::kReady);
  ASSERT_TRUE(old);
  for (const auto* broken : {"crash_in_create", "refuse_create", "other_manifest"}) {
    drop("misfit.so", bad_connector(broken));
    ASSERT_TRUE(wait_until([&] {
      return in_state("misfit.so", ConnectorState::kFailed) ||
             in_state("misfit.so", ConnectorState::kRefused);
    })) << broken;
    EXPECT_EQ(hub->registry().find("misfit"), old) << broken;
  }
  write_bytes(connectors + "/misfit.so", "garbage that somebody copied over a running connector");
  ASSERT_TRUE(becomes("misfit.so", ConnectorState::kRefused));
  EXPECT_TRUE(can_link("misfit"));
  fs::remove(connectors + "/misfit.so");
  EXPECT_TRUE(wait_until([&] { return !hub->registry().find("misfit"); }));
}

TEST_F(ConnectorTrust, AHangingLibraryHoldsUpNoOther) {
  close_hub();
  trust.approve_all = true;
  hub = make_hub();
  drop("misfit.so", bad_connector("hang_in_create"));
  ASSERT_TRUE(wait_until([&] { return !children_of(::getpid()).empty(); }));
  drop("personio.so", kPersonioLibrary);
  EXPECT_TRUE(becomes("personio.so", ConnectorState::kReady));
  EXPECT_FALSE(in_state("misfit.so", ConnectorState::kFailed)) << "it was waited for";
}

TEST_F(ConnectorTrust, AFolderThatOthersCanWriteToIsRefusedByName) {
  close_hub();
  ::chmod(connectors.c_str(), 0777);
  auto opened = cli::Hub::open(options());
  ASSERT_TRUE(opened);
  const auto started = (*opened)->start_connectors();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("chmod go-w"), std::string::npos)
      << started.error().message;
}

TEST_F(ConnectorTrust, AnIdThatLooksLikeAnApprovedOneIsRefused) {
  drop("personio.so", kPersonioLibrary);
  ASSERT_TRUE(approve(awaiting("personio.so")));
  auto look_alike = read_bytes(bad_connector("look_alike"));
  write_bytes(connectors + "/.copy", look_alike);
  fs::rename(connectors + "/.copy", connectors + "/look_alike.so");
  const auto found = becomes("look_alike.so", ConnectorState::kRefused);
  ASSERT_TRUE(found);
  EXPECT_NE(found->reason.find("looks like that of another connector, personio"), std::string::npos)
      << found->reason;
  EXPECT_EQ(wait(hub->registry().approve(found->sha256, "test")).error().code,
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace patchbay::integration
