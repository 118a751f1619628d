// patchbay doctor: finds what is wrong, says what to do, and changes nothing.
#include "base/json.h"
#include "child_process.h"
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

class DoctorCommandTest : public HubTest {
 protected:
  DoctorCommandTest() {
    std::ofstream(folder / "sandbox.json") << sandbox::json::serialize(personio.kit().ready());
  }

  struct Diagnosis {
    std::string text;
    int code = 0;
  };
  Diagnosis doctor(std::vector<std::string> more = {}) const {
    more.insert(more.begin(),
                {"doctor", "--data", data, "--key-file", key_file, "--connectors", connectors,
                 "--worker", worker_program, "--sandbox", folder / "sandbox.json"});
    ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay", more);
    Diagnosis found;
    for (auto line = command.line(); !line.empty(); line = command.line())
      found.text += line + "\n";
    found.code = command.wait();
    return found;
  }
  void expect_problem(const std::string& words, const std::vector<std::string>& more = {}) const {
    const auto found = doctor(more);
    EXPECT_EQ(found.code, 1) << found.text;
    EXPECT_NE(found.text.find(" FAIL "), std::string::npos) << found.text;
    EXPECT_NE(found.text.find(words), std::string::npos) << found.text;
  }
  void expect_warning(const std::string& words) const {
    const auto found = doctor();
    EXPECT_EQ(found.code, 0) << found.text;
    EXPECT_NE(found.text.find(" WARN "), std::string::npos) << found.text;
    EXPECT_NE(found.text.find(words), std::string::npos) << found.text;
  }
};

TEST_F(DoctorCommandTest, AHubThatIsWellIsWellAndIsNotChanged) {
  open_hub();
  linked();
  const auto events = rows_in("events");
  const auto revocations = rows_in("revocations");
  const auto found = doctor();
  EXPECT_EQ(found.code, 0);
  EXPECT_NE(found.text.find("All is well"), std::string::npos) << found.text;
  EXPECT_NE(found.text.find("api.personio.de answers"), std::string::npos) << found.text;
  EXPECT_NE(found.text.find("3 sealed values open"), std::string::npos) << found.text;
  EXPECT_NE(found.text.find("works on it"), std::string::npos) << found.text;
  EXPECT_EQ(rows_in("events"), events);
  EXPECT_EQ(rows_in("revocations"), revocations);
  EXPECT_EQ(rows_in("projects"), 1);
  EXPECT_TRUE(hub->registry().find("personio") != nullptr) << "the hub goes on";
}

TEST_F(DoctorCommandTest, WhatIsMissingIsNamed) {
  expect_problem("There is no folder");
  fs::create_directory(data);
  fs::permissions(data, fs::perms::owner_all);
  expect_problem("There is no database");
  EXPECT_FALSE(fs::exists(cli::database_path(data))) << "it made one";
  open_hub();
  linked();
  close_hub();
  fs::remove(connectors + "/personio.so");
  expect_problem("use personio, which is not in the folder");
  worker_program = folder / "none";
  expect_problem("in which connectors run, can't be started");
}

TEST_F(DoctorCommandTest, AKeyThatIsGoneOpenToOthersOrAnotherOneIsNamed) {
  open_hub();
  linked();
  close_hub();
  fs::permissions(key_file, fs::perms::owner_read | fs::perms::others_read);
  expect_problem("key: ");
  fs::remove(key_file);
  expect_problem("Bring it back");
  OsRandom random;
  ASSERT_TRUE(vault::create_key_file(key_file, random));
  expect_problem("not the key that the database was sealed with");
}

TEST_F(DoctorCommandTest, ADamagedDatabaseAndATamperedAuditLogAreNamed) {
  open_hub();
  linked();
  close_hub();
  for (const auto& file : fs::directory_iterator(data + "/audit")) {
    auto lines = read_bytes(file.path());
    const auto at = lines.find("personio");
    if (at == std::string::npos) continue;
    lines[at] = 'q';
    write_bytes(file.path(), lines, 0600);
  }
  expect_problem("audit log is not as it was written");
  auto bytes = read_bytes(cli::database_path(data));
  for (std::size_t i = 8'192; i < 12'288; ++i) bytes[i] = 'x';
  write_bytes(cli::database_path(data), bytes, 0600);
  expect_problem("is damaged");
}

TEST_F(DoctorCommandTest, AccountsAndWorkThatNeedSomebodyAreNamed) {
  open_hub();
  const auto broken = linked(personio.default_integration(), "broken").id;
  linked(personio.default_integration(), "late");
  sql("UPDATE accounts SET status = 'error', reason_code = 'revoked_at_provider', reason_text = "
      "'Gone at the provider.' WHERE id = '" +
      broken + "'");
  expect_warning("1 account of personio in error, revoked_at_provider");
  expect_warning("patchbay accounts show " + broken);
  sql("UPDATE accounts SET next_refresh = 1 WHERE status = 'active'");
  expect_problem("1 refresh is late");
}

TEST_F(DoctorCommandTest, AProviderThatCannotBeReachedIsNamedUnlessNobodyAsks) {
  open_hub();
  close_hub();
  personio.stop();
  expect_problem("api.personio.de can't be reached");
  EXPECT_EQ(doctor({"--offline"}).code, 0);
}

TEST_F(DoctorCommandTest, ProgramsGetJsonAndPeopleInAHurryOnlyWhatMatters) {
  open_hub();
  fs::permissions(data, fs::perms::group_read, fs::perm_options::add);
  const auto document = json::Document::parse(doctor({"--json", "--offline"}).text);
  ASSERT_TRUE(document);
  std::set<std::string> verdicts;
  for (std::size_t i = 0; i < document->root().size(); ++i) {
    EXPECT_FALSE(document->root().at(i).get("what").string_or("").empty());
    verdicts.insert(document->root().at(i).get("verdict").string_or(""));
  }
  EXPECT_EQ(verdicts, (std::set<std::string>{"good", "warning"}));
  const auto short_one = doctor({"--quiet", "--offline"});
  EXPECT_EQ(short_one.text.find("  ok  "), std::string::npos);
  EXPECT_NE(short_one.text.find("chmod 700"), std::string::npos) << short_one.text;
}

}  // namespace
}  // namespace patchbay::integration
