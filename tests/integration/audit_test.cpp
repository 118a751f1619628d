// What is recorded of whole journeys, and what `patchbay audit` tells of it afterwards.
#include <fcntl.h>

#include <cstdio>
#include <fstream>

#include "base/json.h"
#include "child_process.h"
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

inline const std::string kPatchbay = PATCHBAY_BUILD_DIR "/bin/patchbay";

class AuditTest : public HubTest {
 protected:
  struct Outcome {
    int code = -1;
    std::string text;
  };
  Outcome audit(const std::string& what, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"audit", what, "--data", data};
    arguments.insert(arguments.end(), more.begin(), more.end());
    ChildProcess command(kPatchbay, arguments);
    Outcome outcome;
    for (auto line = command.line(); !line.empty(); line = command.line())
      outcome.text += line + "\n";
    outcome.code = command.wait();
    return outcome;
  }
  std::string some_file() const {
    for (const auto& file : fs::directory_iterator(data + "/audit"))
      if (file.path().extension() == ".jsonl" && file.file_size() > 0) return file.path().string();
    throw std::runtime_error("nothing was recorded");
  }
  // In one step: a hub that writes on would make a folder anew that is gone for a moment.
  static void exchange(const std::string& one, const std::string& other) {
    ASSERT_EQ(::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE), 0);
  }
};

TEST_F(AuditTest, TheLifeOfAnAccountIsRecorded) {
  open_hub();
  const auto id = linked().id;
  ASSERT_TRUE(reconnect(id, personio.default_integration()).account);
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id, {.actor = "somebody"})));
  ASSERT_TRUE(wait(hub->accounts().resume(hub->project_id(), id)));
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  ASSERT_TRUE(revocations_done());
  close_hub();
  const auto shown = audit("show", {"--account", id}).text;
  std::size_t at = 0;
  for (const auto* kind : {"account.linked", "account.reconnected", "account.suspended",
                           "account.resumed", "account.unlinked"}) {
    at = shown.find(kind, at);
    EXPECT_NE(at, std::string::npos) << kind << " in\n" << shown;
  }
  EXPECT_NE(shown.find("token.revoked"), std::string::npos) << shown;
  EXPECT_NE(shown.find("actor=somebody"), std::string::npos) << shown;
  EXPECT_EQ(audit("show", {"--account", id, "--kind", "account.linked"}).text.find("unlinked"),
            std::string::npos);
}

TEST_F(AuditTest, AFolderIsVerifiedAgainstWhatTheStoreWasTold) {
  open_hub();
  linked();
  close_hub();
  EXPECT_EQ(audit("verify").code, 0);
  const auto json = audit("verify", {"--json"});
  const auto document = json::Document::parse(json.text);
  ASSERT_TRUE(document) << json.text;
  EXPECT_FALSE(document->root().get("tampered").bool_or(true));

  const auto file = some_file();
  const auto whole = read_bytes(file);
  std::ofstream(file, std::ios::binary) << whole.substr(0, whole.size() - 10);
  const auto cut = audit("verify");
  EXPECT_EQ(cut.code, 1);
  EXPECT_NE(cut.text.find("cut_off"), std::string::npos) << cut.text;
  EXPECT_EQ(audit("verify", {"--chains-only"}).code, 3);
  fs::remove(file);
  EXPECT_EQ(audit("verify").code, 1);
  EXPECT_EQ(audit("verify", {"--chains-only"}).code, 0);
}

TEST_F(AuditTest, AHubAtWorkIsNoTampering) {
  open_hub();
  linked();
  EXPECT_TRUE(wait_until([&] { return rows_in("audit_heads") > 0; }));
  for (int i = 0; i < 3; ++i) {
    linked(personio.default_integration(), "owner " + std::to_string(i));
    EXPECT_NE(audit("verify").code, 1);
  }
}

TEST_F(AuditTest, ApiKeysAndSigninLinksAreRecorded) {
  open_hub();
  close_hub();
  const auto run = [&](std::vector<std::string> arguments) {
    for (const auto& more : {"--data", data.c_str(), "--key-file", key_file.c_str()})
      arguments.emplace_back(more);
    ChildProcess command(kPatchbay, arguments);
    std::string line = command.line();
    EXPECT_EQ(command.wait(), 0);
    return line;
  };
  const auto key = run({"api-keys", "create", "--name", "app"});
  run({"signin"});
  const auto listed = [&] {
    ChildProcess command(kPatchbay, {"api-keys", "list", "--data", data});
    command.line();
    return command.line();
  };
  EXPECT_NE(listed().find("valid"), std::string::npos);
  run({"api-keys", "revoke", listed().substr(0, listed().find(' '))});
  EXPECT_NE(listed().find("revoked"), std::string::npos);
  const auto shown = audit("show").text;
  for (const auto* kind :
       {"data_key.created", "api_key.created", "operator.signin_link_made", "api_key.revoked"})
    EXPECT_NE(shown.find(kind), std::string::npos) << kind << " in\n" << shown;
  EXPECT_EQ(shown.find(key.substr(30)), std::string::npos) << "the key itself is shown";
  EXPECT_EQ(audit("verify").code, 0);
}

TEST_F(AuditTest, WithoutADatabaseItSaysWhatToDo) {
  EXPECT_EQ(audit("verify").code, 1);
  EXPECT_FALSE(fs::exists(data)) << "nothing is created by looking";
}

TEST_F(AuditTest, NothingIsLinkedWhileItCantBeRecordedAndServiceResumes) {
  open_hub();
  const auto id = linked().id;
  write_bytes(data + "/elsewhere", "in the way", 0600);
  exchange(data + "/audit", data + "/elsewhere");
  EXPECT_TRUE(wait_until([&] {
    const auto outcome = link(personio.default_integration(), "another");
    return !outcome.account && outcome.error.code == ErrorCode::kStorage;
  }));
  EXPECT_EQ(wait(hub->accounts().resume(hub->project_id(), id)).error().code, ErrorCode::kStorage);
  EXPECT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id)))
      << "what takes access away is done in any case";
  exchange(data + "/audit", data + "/elsewhere");
  EXPECT_TRUE(wait(hub->accounts().resume(hub->project_id(), id)));
  EXPECT_TRUE(link(personio.default_integration(), "another").account);
  EXPECT_TRUE(revocations_done()) << "what was minted in vain is revoked";
  close_hub();
  EXPECT_EQ(audit("verify").code, 0) << audit("verify").text;
}

}  // namespace
}  // namespace patchbay::integration
