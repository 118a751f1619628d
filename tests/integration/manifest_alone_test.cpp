// Connectors without code: `acme.json` in the connectors folder is a connector like any other, and
// the hub's own library runs for it.
#include <sys/stat.h>
#include <unistd.h>

#include "child_process.h"
#include "hub_fixture.h"
#include "patchbay/connector.h"
#include "unit/minisign_fixture.h"

namespace patchbay::integration {
namespace {

using connector::ConnectorPtr;
using connector::ConnectorState;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

class ManifestAlone : public HubTest {
 protected:
  ManifestAlone() {
    trust = {};
    hub = make_hub();
  }

  // Every grant once, at a host of its own.
  static std::string manifest(const std::string& id = "acme") {
    const auto text = read_bytes(PATCHBAY_BUILD_DIR "/manifests/declarative.json");
    return replaced(replaced(text, R"("id":"declarative")", R"("id":")" + id + "\""), "example.com",
                    id + ".example");
  }
  void drop_text(const std::string& name, const std::string& text, mode_t mode = 0644) const {
    write_bytes(connectors + "/." + name, text, mode);
    fs::rename(connectors + "/." + name, connectors + "/" + name);
  }
  ConnectorPtr becomes(const std::string& file, ConnectorState state) {
    ConnectorPtr found;
    EXPECT_TRUE(wait_until([&] {
      for (auto& connector : hub->registry().list())
        if (connector->file == file && connector->state == state) found = connector;
      return found != nullptr;
    })) << file
        << " does not become " << to_string(state) << ": " << what(file);
    return found;
  }
  std::string what(const std::string& file) {
    std::string all;
    for (auto& connector : hub->registry().list())
      if (connector->file == file)
        all += std::string(to_string(connector->state)) + ": " + connector->reason + "; ";
    return all;
  }
  void expect_refused(const std::string& file, std::string_view why) {
    const auto found = becomes(file, ConnectorState::kRefused);
    ASSERT_TRUE(found);
    EXPECT_NE(found->reason.find(why), std::string::npos) << found->reason;
    EXPECT_FALSE(found->runtime);
  }
  // Those that this test has started.
  std::size_t workers() const { return children_of(::getpid()).size() - children_before; }
  Result<> approve(const ConnectorPtr& connector) {
    return wait(hub->registry().approve(connector->sha256, "test"));
  }
  void drop_approved(const std::string& name, const std::string& text) {
    drop_text(name, text);
    const auto found = becomes(name, ConnectorState::kAwaitingApproval);
    ASSERT_TRUE(found);
    ASSERT_TRUE(approve(found));
    ASSERT_TRUE(becomes(name, ConnectorState::kReady));
  }

  const std::size_t children_before = children_of(::getpid()).size();
};

TEST_F(ManifestAlone, WaitsForApprovalWithAllThatItAsksForAndThenRuns) {
  drop_text("acme.json", manifest());
  const auto found = becomes("acme.json", ConnectorState::kAwaitingApproval);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "acme");
  EXPECT_EQ(found->sha256.size(), 64U);
  EXPECT_EQ(workers(), 0U) << "a worker was started for it";
  ASSERT_TRUE(found->review);
  std::string asked;
  for (const auto& demand : found->review->change.added) asked += demand.what + "\n";
  EXPECT_NE(asked.find("api.acme.example"), std::string::npos) << asked;
  EXPECT_NE(asked.find("client_secret"), std::string::npos) << asked;

  ASSERT_TRUE(approve(found));
  const auto ready = becomes("acme.json", ConnectorState::kReady);
  ASSERT_TRUE(ready);
  EXPECT_EQ(hub->registry().find("acme"), ready);
  EXPECT_EQ(workers(), 1U);
  close_hub();
  hub = make_hub();
  EXPECT_TRUE(becomes("acme.json", ConnectorState::kReady)) << "after a restart";
}

TEST_F(ManifestAlone, EachHasAWorkerOfItsOwnThatKnowsNoOther) {
  drop_approved("acme.json", manifest());
  drop_approved("umbra.json", manifest("umbra"));
  EXPECT_EQ(workers(), 2U);
  for (const char* id : {"acme", "umbra"}) {
    const auto connector = hub->registry().find(id);
    ASSERT_TRUE(connector);
    connector::FlowInput input;
    input.auth_method_id = "bearer";
    input.environment_id = "production";
    input.secrets.push_back({"token", SecretString("t0ken")});
    const auto flow =
        wait(connector->runtime->begin(connector::Operation::kConnect, std::move(input)));
    ASSERT_TRUE(flow) << flow.error().message;
    connector::FlowEvent start;
    start.kind = PATCHBAY_EVENT_START;
    const auto action = wait(connector->runtime->step(*flow, std::move(start)));
    connector->runtime->release(*flow);
    ASSERT_TRUE(action) << action.error().message;
    ASSERT_EQ(action->requests.size(), 1U);
    EXPECT_EQ(action->requests[0].url, std::string("https://api.") + id + ".example/v1/me");
  }
}

TEST_F(ManifestAlone, AChangedByteIsAnotherApprovalAndTheOldOneGoesOnMeanwhile) {
  drop_approved("acme.json", manifest());
  const auto before = hub->registry().find("acme");
  drop_text("acme.json", manifest() + " ");
  const auto changed = becomes("acme.json", ConnectorState::kAwaitingApproval);
  ASSERT_TRUE(changed);
  EXPECT_NE(changed->sha256, before->sha256);
  EXPECT_EQ(hub->registry().find("acme"), before);
  ASSERT_TRUE(approve(changed));
  EXPECT_EQ(hub->registry().find("acme")->sha256, changed->sha256);
  fs::remove(connectors + "/acme.json");
  EXPECT_TRUE(wait_until([&] { return hub->registry().list().empty(); }));
}

TEST_F(ManifestAlone, ASignatureBesideItIsLookedAt) {
  drop_text("acme.json", manifest());
  const auto unsigned_one = becomes("acme.json", ConnectorState::kAwaitingApproval);
  ASSERT_TRUE(unsigned_one);
  EXPECT_EQ(unsigned_one->review->signature, connector::SignatureState::kNone);
  drop_text("acme.json.minisig", std::string(connector::kSignature));
  EXPECT_TRUE(wait_until([&] {
    const auto all = hub->registry().list();
    return all.size() == 1 && all.front()->review &&
           all.front()->review->signature == connector::SignatureState::kUnknownKey;
  }));
  close_hub();
  trust.trusted_keys = {connector::parse_minisign_key(connector::kPublicKey).value()};
  hub = make_hub();
  expect_refused("acme.json", "acme.json.minisig");
}

TEST_F(ManifestAlone, WhatNeedsCodeIsRefusedWithThePlace) {
  drop_text("personio.json", read_bytes(PATCHBAY_BUILD_DIR "/manifests/personio.json"));
  expect_refused("personio.json", "/auth_methods/0 The manifest does not say how");
  auto handled = manifest();
  const std::string none = R"("actions":[])";
  handled.replace(
      handled.find(none), none.size(),
      R"("actions":[{"id":"acme_do","label":"name","description":"summary",)"
      R"("handler":"connector","input":{"type":"object"},"permissions":[],"hints":{}}])");
  drop_text("handled.json", handled);
  expect_refused("handled.json", "/actions/0 The manifest leaves this action to code");
}

TEST_F(ManifestAlone, HostileFilesAreRefusedWithAnExplanation) {
  drop_text("deep.json", std::string(100'000, '[') + std::string(100'000, ']') + "}");
  expect_refused("deep.json", "is not valid");
  drop_text("deep_object.json",
            replaced(manifest(), R"("actions":[])",
                     R"("actions":[)" + std::string(80, '[') + std::string(80, ']') + "]"));
  expect_refused("deep_object.json", "is not valid");
  drop_text("twice.json", replaced(manifest(), R"("format":)", R"("id":"personio","format":)"));
  expect_refused("twice.json", "names a key twice");
  drop_text("script.json",
            replaced(manifest(), "Connectors without code", "<script>alert(1)</script>"));
  expect_refused("script.json", "text");
  drop_text("number.json",
            replaced(manifest(), R"("lifetime_s":3600)", R"("lifetime_s":1e9999999)"));
  expect_refused("number.json", "is not valid");
  drop_text("no_utf8.json", replaced(manifest(), "Connectors without code", "\xff\xfe"));
  expect_refused("no_utf8.json", "is not valid");
  drop_text("empty.json", "{}");
  expect_refused("empty.json", "is not valid");
  drop_text("elsewhere.json",
            replaced(manifest(), "https://api.acme.example/oauth", "https://evil.example/oauth"));
  expect_refused("elsewhere.json", "No entry of hosts allows");
}

TEST_F(ManifestAlone, FilesThatAreNoneOrNotSafeAreRefusedByName) {
  write_bytes(connectors + "/.huge.json", manifest());
  fs::resize_file(connectors + "/.huge.json", (std::uintmax_t{4} << 20U) + 1);
  fs::rename(connectors + "/.huge.json", connectors + "/huge.json");
  expect_refused("huge.json", "larger than 4 MiB");
  write_bytes(folder / "acme.json", manifest());
  fs::create_symlink(folder / "acme.json", connectors + "/link.json");
  expect_refused("link.json", "symbolic link");
  ASSERT_EQ(::mkfifo((connectors + "/pipe.json").c_str(), 0600), 0);
  expect_refused("pipe.json", "not a regular file");
  fs::create_directory(connectors + "/folder.json");
  expect_refused("folder.json", "not a regular file");
  drop_text("open.json", manifest(), 0666);
  ::chmod((connectors + "/open.json").c_str(), 0666);
  expect_refused("open.json", "chmod go-w");
}

TEST_F(ManifestAlone, ACopyUnderWayIsIncomplete) {
  const auto whole = manifest();
  drop_text("acme.json", "");
  EXPECT_TRUE(becomes("acme.json", ConnectorState::kIncomplete));
  drop_text("acme.json", whole.substr(0, whole.find("\"hosts\"")));
  EXPECT_TRUE(becomes("acme.json", ConnectorState::kIncomplete));
  drop_text("acme.json", whole);
  EXPECT_TRUE(becomes("acme.json", ConnectorState::kAwaitingApproval));
}

TEST_F(ManifestAlone, TheIdOfALibraryIsTaken) {
  drop("misfit.so", bad_connector("well_behaved"));
  ASSERT_TRUE(approve(becomes("misfit.so", ConnectorState::kAwaitingApproval)));
  drop_text("other.json", manifest("misfit"));
  expect_refused("other.json", "misfit.so, already provides misfit");
  drop_text("look.json", manifest("m1sfit"));
  expect_refused("look.json", "looks like that of another connector");
  fs::remove(connectors + "/misfit.so");
  EXPECT_TRUE(becomes("other.json", ConnectorState::kAwaitingApproval)) << what("other.json");
}

TEST_F(ManifestAlone, TheHostsOfAnotherConnectorAreTaken) {
  drop("personio.so", kPersonioLibrary);
  ASSERT_TRUE(approve(becomes("personio.so", ConnectorState::kAwaitingApproval)));
  auto evil = manifest("evil");
  drop_text("evil.json", replaced(evil, "api.evil.example", "api.personio.de"));
  expect_refused("evil.json", "api.personio.de, which is the connector personio's");
  drop_text("sign_in.json",
            replaced(manifest("sign_in"), "login.sign_in.example", "api.personio.de"));
  fs::remove(connectors + "/sign_in.json");
  fs::remove(connectors + "/personio.so");
  EXPECT_TRUE(becomes("evil.json", ConnectorState::kAwaitingApproval)) << what("evil.json");
}

TEST_F(ManifestAlone, OneThatRunsGivesWayToALibraryWithItsHosts) {
  drop_approved("early.json", replaced(manifest("early"), "api.early.example", "api.personio.de"));
  drop("personio.so", kPersonioLibrary);
  ASSERT_TRUE(approve(becomes("personio.so", ConnectorState::kAwaitingApproval)));
  expect_refused("early.json", "which is the connector personio's");
  EXPECT_FALSE(hub->registry().find("early"));
  for (int i = 0; i < 20; ++i) {  // both are started at the same time
    close_hub();
    hub = make_hub();
    expect_refused("early.json", "which is the connector personio's");
    EXPECT_TRUE(hub->registry().find("personio"));
  }
}

TEST_F(ManifestAlone, TwoWithTheSameHostsRunOneAtATimeTheOneThatRanFirst) {
  drop_approved("zeta.json", manifest("zeta"));
  drop_text("alpha.json", replaced(manifest("alpha"), "alpha.example", "zeta.example"));
  expect_refused("alpha.json", "which is the connector zeta's");
  EXPECT_TRUE(hub->registry().find("zeta"));
}

// The connectors folder can't bring the code that runs for a manifest alone.
TEST_F(ManifestAlone, OnlyTheHubsOwnLibraryRunsForIt) {
  trust.approve_all = true;
  close_hub();
  const std::string program = folder / "patchbay-worker";
  fs::copy_file(kWorkerProgram, program);
  worker_program = program;
  hub = make_hub();
  drop("patchbay-declarative.so", PATCHBAY_BUILD_DIR "/bin/patchbay-declarative.so");
  drop_text("acme.json", manifest());
  const auto missing = becomes("acme.json", ConnectorState::kFailed);
  ASSERT_TRUE(missing);
  EXPECT_NE(missing->reason.find("the hub's own library"), std::string::npos) << missing->reason;
  // One that does not know how is told from one that is missing.
  fs::copy_file(bad_connector("well_behaved"), folder / "patchbay-declarative.so");
  drop_text("acme.json", manifest() + " ");
  ASSERT_TRUE(wait_until([&] {
    return what("acme.json").find("no_manifest_in") != std::string::npos;
  })) << what("acme.json");
  fs::remove(folder / "patchbay-declarative.so");
  fs::copy_file(PATCHBAY_BUILD_DIR "/bin/patchbay-declarative.so",
                folder / "patchbay-declarative.so");
  drop_text("acme.json", manifest() + "  ");
  EXPECT_TRUE(becomes("acme.json", ConnectorState::kReady)) << what("acme.json");
}

TEST_F(ManifestAlone, LargeOnesReachTheirWorkerToo) {
  std::string text = manifest();
  std::string more;
  for (int i = 0; i < 1000; ++i)
    more += ",\"error.more_" + std::to_string(i) + "\":\"" + std::string(1000, 'x') + "\"";
  for (const char* language : {R"("en":{)", R"("de":{)"}) {
    const auto at = text.find(language) + 6;
    text.insert(at, more.substr(1) + ",");
  }
  ASSERT_GT(text.size(), std::size_t{1} << 20U);
  drop_approved("acme.json", text);
}

}  // namespace
}  // namespace patchbay::integration
