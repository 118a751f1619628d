// patchbay actions: finding and running them, as a person and as a program do.
#include <fstream>
#include <sstream>

#include "accounts/integration_service.h"
#include "base/json.h"
#include "child_process.h"
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

struct Said {
  int code = 0;
  std::vector<std::string> lines;
};

class ActionsCommandTest : public HubTest {
 protected:
  ActionsCommandTest() {
    personio.set_options([](personio_sandbox::Options& options) { options.rate_limits = false; });
    open_hub();
    account_id = linked().id;
    close_hub();
    std::ofstream(folder / "sandbox.json") << sandbox::json::serialize(personio.kit().ready());
  }

  void allow(std::vector<std::string> actions) {
    open_hub();
    const auto account = wait(hub->accounts().get(hub->project_id(), account_id));
    ASSERT_TRUE(account);
    accounts::IntegrationWish wish;
    wish.allowed_actions = std::move(actions);
    accounts::IntegrationService integrations(hub->services());
    EXPECT_TRUE(wait(integrations.change(hub->project_id(), account->integration_id, wish, {})));
    close_hub();
  }
  Said say(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "actions");
    arguments.insert(arguments.end(), {"--data", data, "--key-file", key_file, "--connectors",
                                       connectors, "--worker", kWorkerProgram, "--approve-all",
                                       "--sandbox", folder / "sandbox.json"});
    ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay", arguments);
    Said said;
    for (auto line = command.line(); !line.empty(); line = command.line())
      said.lines.push_back(line);
    said.code = command.wait();
    return said;
  }
  Said list_persons(std::vector<std::string> more) const {
    more.insert(more.begin(), {"run", "personio_list_persons", "--account", account_id});
    return say(std::move(more));
  }
  static std::string member(const std::string& line, std::string_view pointer) {
    const auto parsed = json::Document::parse(line);
    EXPECT_TRUE(parsed) << line;
    const auto value = parsed ? parsed->root().pointer(pointer) : json::Value();
    return value.as_string() ? std::string(*value.as_string()) : value.dump();
  }
  static std::size_t records(const Said& said) {
    return static_cast<std::size_t>(std::ranges::count_if(
        said.lines, [](const auto& line) { return line.starts_with(R"({"record":)"); }));
  }

  std::string account_id;
};

TEST_F(ActionsCommandTest, FindsActionsByWhatTheyAreCalled) {
  const auto found = say({"search", "list persons"});
  EXPECT_EQ(found.code, 0);
  ASSERT_FALSE(found.lines.empty());
  EXPECT_TRUE(found.lines[0].starts_with("personio_list_persons ")) << found.lines[0];
  EXPECT_NE(found.lines[0].find("reads"), std::string::npos);
  const auto as_json = say({"search", "list persons", "--json", "--most", "1"});
  ASSERT_EQ(as_json.lines.size(), 1U);
  EXPECT_EQ(member(as_json.lines[0], "/0/id"), "personio_list_persons");
  EXPECT_EQ(member(as_json.lines[0], "/0/input_schema/type"), "object");
}

TEST_F(ActionsCommandTest, PrintsATableOrWhatTheApiAnswers) {
  const auto table = list_persons({"--page-size", "3"});
  EXPECT_EQ(table.code, 0);
  ASSERT_EQ(table.lines.size(), 4U);
  EXPECT_TRUE(table.lines[0].starts_with("id ")) << table.lines[0];
  EXPECT_TRUE(table.lines[1].starts_with(std::to_string(personio.person_id(0)))) << table.lines[1];
  const auto as_json = list_persons({"--page-size", "3", "--json"});
  ASSERT_EQ(as_json.lines.size(), 1U);
  EXPECT_EQ(member(as_json.lines[0], "/data/0/id"), std::to_string(personio.person_id(0)));
  EXPECT_NE(member(as_json.lines[0], "/next"), "null");
}

TEST_F(ActionsCommandTest, ListsAllPagesAndGoesOnWhereItStopped) {
  const auto whole = list_persons({"--all-pages", "--json"});
  EXPECT_EQ(whole.code, 0);
  EXPECT_EQ(records(whole), 250U);
  EXPECT_EQ(member(whole.lines.back(), "/end/records"), "250");
  const auto page = std::ranges::find_if(
      whole.lines, [](const auto& line) { return line.starts_with(R"({"page":)"); });
  ASSERT_NE(page, whole.lines.end());
  const auto before = static_cast<std::size_t>(page - whole.lines.begin());
  const auto rest =
      list_persons({"--all-pages", "--json", "--resume", member(*page, "/page/next")});
  EXPECT_EQ(rest.code, 0);
  EXPECT_EQ(records(rest), 250U - before);
  EXPECT_EQ(list_persons({"--all-pages"}).lines.size(), 251U) << "one head for all pages";
}

TEST_F(ActionsCommandTest, AListThatBreaksOffSaysWhereToGoOn) {
  personio.kit().inject(
      {.kind = FaultKind::status, .route = kPersonsRoute, .times = 9, .after = 1});
  const auto broken = list_persons({"--all-pages", "--json"});
  EXPECT_EQ(broken.code, 1);
  ASSERT_GT(records(broken), 0U);
  EXPECT_EQ(member(broken.lines.back(), "/end/complete"), "false");
  EXPECT_EQ(member(broken.lines.back(), "/end/error/code"), "provider_unavailable");
  personio.kit().clear_faults();
  const auto rest =
      list_persons({"--all-pages", "--json", "--resume", member(broken.lines.back(), "/end/next")});
  EXPECT_EQ(records(broken) + records(rest), 250U);
}

TEST_F(ActionsCommandTest, SendsAFileAndSavesTheOneThatComesBack) {
  allow({"personio_list_documents", "personio_upload_document", "personio_download_document"});
  const std::string person = std::to_string(personio.person_id(0));
  std::ofstream(folder / "contract.PDF") << "%PDF-1.4 of a contract";
  const auto run = [this](const std::string& action, const std::string& input,
                          std::vector<std::string> more) {
    more.insert(more.begin(), {"run", action, "--account", account_id, "--input", input});
    return say(std::move(more));
  };
  const std::string upload =
      R"({"employee_id":")" + person + R"(","category_id":"1","title":"Signed"})";
  const auto file = "file=" + (folder / "contract.PDF");
  const auto sent = run("personio_upload_document", upload, {"--file", file, "--json"});
  ASSERT_EQ(sent.code, 0);
  const auto listed =
      run("personio_list_documents", R"({"owner_id":")" + person + "\"}", {"--json"});
  ASSERT_EQ(listed.lines.size(), 1U);
  const auto documents = json::Document::parse(listed.lines[0]);
  std::string id;
  for (std::size_t i = 0; i < documents->root().get("data").size(); ++i)
    if (documents->root().get("data").at(i).get("name").string_or("") == "Signed")
      id = documents->root().get("data").at(i).get("id").string_or("");
  const std::string download = R"({"document_id":")" + id + "\"}";
  const std::string saved = folder / "saved.pdf";
  EXPECT_EQ(run("personio_download_document", download, {"--save", saved}).code, 0);
  std::ostringstream content;
  content << std::ifstream(saved).rdbuf();
  EXPECT_EQ(content.str(), "%PDF-1.4 of a contract");
  EXPECT_EQ(fs::status(saved).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(run("personio_download_document", download, {"--save", saved}).code, 1)
      << "nothing is written over";
  EXPECT_EQ(run("personio_list_documents", R"({"owner_id":")" + person + "\"}",
                {"--save", folder / "no.pdf"})
                .code,
            1);
  for (const auto& wrong :
       std::vector<std::string>{"contract.pdf", "file=" + (folder / "nowhere.pdf"), "=x"})
    EXPECT_EQ(run("personio_upload_document", upload, {"--file", wrong}).code, 1) << wrong;
}

TEST_F(ActionsCommandTest, SaysWhatIsWrongByItsExitCode) {
  EXPECT_EQ(list_persons({"--input", R"({"no_such_input":1})"}).code, 1);
  EXPECT_EQ(list_persons({"--input", folder / "nowhere.json"}).code, 1);
  EXPECT_EQ(say({"run", "personio_list_persons", "--account", "acc_nobody"}).code, 1);
  EXPECT_EQ(say({"run", "personio_delete_person", "--account", account_id, "--input",
                 R"({"person_id":"1"})"})
                .code,
            1)
      << "the integration allows reading alone";
  EXPECT_EQ(say({"run"}).code, 2);
}

TEST_F(ActionsCommandTest, WhatWasDoneIsRecordedLikeCallsOfApplications) {
  std::ofstream(folder / "input.json") << "{}";
  EXPECT_EQ(list_persons({"--input", folder / "input.json"}).code, 0);
  EXPECT_EQ(list_persons({"--dry-run"}).code, 0);
  EXPECT_NE(audited().find("action.called"), std::string::npos);
  EXPECT_NE(audited().find("action.dry_run"), std::string::npos);
  EXPECT_NE(audited().find("command line"), std::string::npos);
  open_hub();
  EXPECT_EQ(sql("SELECT count(*) FROM request_logs WHERE source = 'cli' AND status = 200 AND "
                "action_id = 'personio_list_persons'"),
            2);
  EXPECT_EQ(sql("SELECT count(*) FROM step_logs"), 1);
}

}  // namespace
}  // namespace patchbay::integration
