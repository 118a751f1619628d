// `patchbay accounts import` as an operator runs it, against the provider's sandbox: what an export
// holds becomes accounts, what is broken stops nothing, and a second run imports nothing twice.
#include <sys/stat.h>

#include <fstream>

#include "base/json.h"
#include "child_process.h"
#include "hub_fixture.h"
#include "stderr_capture.h"

namespace patchbay::integration {
namespace {

struct Said {
  int code = 0;
  std::string text;
  std::string complaint;
  std::vector<std::pair<std::string, std::string>> rows = {};  // id and outcome
  bool complete = false;
};

class AccountsImportTest : public HubTest {
 protected:
  AccountsImportTest() {
    personio.set_options([](personio_sandbox::Options& options) { options.rate_limits = false; });
    drop("personio.so", kPersonioLibrary);
    std::ofstream(folder / "sandbox.json") << sandbox::json::serialize(personio.kit().ready());
    // The hub writes its own files; exports are the operator's and hold secrets by their nature.
    exports = fs::temp_directory_path() / ("import-" + std::to_string(::getpid()));
    fs::create_directory(exports);
  }
  ~AccountsImportTest() override { fs::remove_all(exports); }

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const auto path = (exports / name).string();
    std::ofstream(path, std::ios::binary) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  [[nodiscard]] std::vector<std::string> common() const {
    return {"--data",
            data,
            "--key-file",
            key_file,
            "--connectors",
            connectors,
            "--worker",
            kWorkerProgram,
            "--approve-all",
            "--sandbox",
            folder / "sandbox.json"};
  }

  Said import(const std::string& file, const std::string& from,
              const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"accounts", "import", file, "--from", from, "--json"};
    for (const auto& text : more) arguments.push_back(text);
    for (const auto& text : common()) arguments.push_back(text);
    Said said;
    StderrCapture complaints;
    ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay", arguments);
    for (auto line = command.line(); !line.empty(); line = command.line()) said.text += line;
    said.code = command.wait();
    said.complaint = complaints.stop();
    const auto parsed = json::Document::parse(said.text);
    if (!parsed) return said;
    const auto rows = parsed->root().get("rows");
    for (std::size_t i = 0; i < rows.size(); ++i)
      said.rows.emplace_back(rows.at(i).get("id").string_or(""),
                             rows.at(i).get("outcome").string_or(""));
    said.complete = parsed->root().get("complete").bool_or(false);
    return said;
  }

  [[nodiscard]] std::size_t accounts() {
    open_hub();
    store::AccountFilter filter;
    filter.project_id = hub->project_id();
    filter.limit = store::AccountFilter::kMaxLimit;
    const auto found = wait(hub->accounts().list(filter));
    const auto count = found ? found->size() : 999;
    hub->stop(0ms);
    close_hub();
    return count;
  }

  [[nodiscard]] std::string cells() const {
    const auto client = personio.default_integration();
    return client.client_id + "," + client.client_secret;
  }
  using Rows = std::vector<std::pair<std::string, std::string>>;
  fs::path exports;
};

constexpr const char* kHeader = "id,owner_id,owner_name,connector,client_id,client_secret\n";

TEST_F(AccountsImportTest, GoodRowsOfACsvAreLinkedAndBrokenOnesStopNothing) {
  const auto file =
      write("in.csv", std::string(kHeader) + "a,acme,Acme,personio," + cells() + "\n" +
                          "b,bolt,Bolt,personio,papi-no-such-client,no-such-secret\n" +
                          "c,crux,Crux,nowhere," + cells() + "\n" + "d,dune,too few\n" +
                          "e,echo,\"Echo, \"\"Ltd\"\"\",personio," + cells() + "\n");
  const auto said = import(file, "csv");
  EXPECT_EQ(said.code, 1) << said.complaint;
  EXPECT_EQ(
      said.rows,
      (Rows{
          {"a", "imported"}, {"b", "failed"}, {"c", "failed"}, {"", "failed"}, {"e", "imported"}}))
      << said.text;
  EXPECT_TRUE(said.complete);
  const auto secret = personio.default_integration().client_secret;
  EXPECT_EQ(said.text.find(secret), std::string::npos);
  EXPECT_EQ(said.complaint.find(secret), std::string::npos);
  EXPECT_EQ(said.complaint.find("chmod"), std::string::npos);
  EXPECT_EQ(accounts(), 2U);
}

TEST_F(AccountsImportTest, ASecondRunImportsNothingTwiceAndTakesUpWhatFailed) {
  const std::string good = "a,acme,Acme,personio," + cells() + "\n";
  const auto first =
      import(write("in.csv", kHeader + good + "b,bolt,Bolt,personio,papi-x,wrong\n"), "csv");
  EXPECT_EQ(first.rows, (Rows{{"a", "imported"}, {"b", "failed"}})) << first.text;
  const auto second =
      import(write("in.csv", kHeader + good + "b,bolt,Bolt,personio," + cells() + "\n"), "csv");
  EXPECT_EQ(second.code, 0) << second.complaint;
  EXPECT_EQ(second.rows, (Rows{{"a", "already"}, {"b", "imported"}})) << second.text;
  EXPECT_EQ(accounts(), 2U);
}

TEST_F(AccountsImportTest, ADryRunStoresNothing) {
  const auto said = import(write("in.csv", std::string(kHeader) + "a,acme,Acme,personio," +
                                               cells() + "\nb,bolt,Bolt,personio,papi-x,\n"),
                           "csv", {"--dry-run"});
  EXPECT_EQ(said.rows, (Rows{{"a", "ready"}, {"b", "failed"}})) << said.text;
  EXPECT_EQ(accounts(), 0U);
}

TEST_F(AccountsImportTest, AFileThatOthersMayReadIsWarnedOf) {
  const auto said =
      import(write("in.csv", std::string(kHeader) + "a,acme,Acme,personio," + cells() + "\n", 0644),
             "csv");
  EXPECT_EQ(said.code, 0) << said.complaint;
  EXPECT_NE(said.complaint.find("chmod 600"), std::string::npos) << said.complaint;
}

TEST_F(AccountsImportTest, HostileCsvIsRefusedRowByRowWithoutBeingShown) {
  std::string text = kHeader;
  text += "n,nul,N" + std::string(1, '\0') + "ul,personio," + cells() + "\n";
  text += "l," + std::string(300'000, 'x') + ",L,personio," + cells() + "\n";
  text += "q,quo\"te,Q,personio," + cells() + "\n";
  text += "a,acme,Acme,personio," + cells() + "\n";
  text += "u,unclosed,\"U,personio,sesame-of-a-customer\n";
  const auto said = import(write("in.csv", text), "csv");
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.rows, (Rows{{"", "failed"}, {"", "failed"}, {"", "failed"}, {"a", "imported"}}))
      << said.text;
  EXPECT_FALSE(said.complete);
  EXPECT_EQ((said.text + said.complaint).find("sesame"), std::string::npos);
  EXPECT_NE(said.complaint.find("quoted cell"), std::string::npos) << said.complaint;
}

TEST_F(AccountsImportTest, AFileWithoutHeaderIsNotRepeated) {
  const auto said = import(write("in.csv", "acme,sesame-of-a-customer\n"), "csv");
  EXPECT_EQ(said.code, 1);
  EXPECT_NE(said.complaint.find("owner_id"), std::string::npos) << said.complaint;
  EXPECT_EQ((said.text + said.complaint).find("sesame"), std::string::npos);
}

TEST_F(AccountsImportTest, ConnectionsOfNangoAreMappedAndLinked) {
  const auto client = personio.default_integration();
  const std::string connection =
      R"({"connection_id":"c1","provider_config_key":"personio-prod","provider":"personio-x",)"
      R"("end_user":{"id":"u1","display_name":"Acme"},"metadata":{"plan":"x"},"credentials":{)"
      R"("type":"OAUTH2_CC","token":"old","client_id":")" +
      client.client_id + R"(","client_secret":")" + client.client_secret + R"("}})";
  const std::string bare =
      R"({"connection_id":"c2","provider_config_key":"personio-prod","end_user":{"id":"u2"}})";
  const std::string broken = R"({"connection_id":"c3","connection_id":"c4"})";
  const auto file = write("in.json", R"({"connections":[)" + connection + "," + bare + "," +
                                         broken + R"(],"more":{}})");
  const auto unmapped = import(file, "nango", {"--dry-run"});
  EXPECT_EQ(unmapped.rows, (Rows{{"c1", "failed"}, {"c2", "failed"}, {"", "failed"}}));
  const auto said = import(file, "nango", {"--map", "personio-prod=personio"});
  EXPECT_EQ(said.rows, (Rows{{"c1", "imported"}, {"c2", "failed"}, {"", "failed"}})) << said.text;
  EXPECT_EQ(accounts(), 1U);
}

TEST_F(AccountsImportTest, AccountsOfStackoneGetLinksThatNoSpreadsheetCalculates) {
  const auto file = write(
      "in.json",
      R"([{"id":"s1","provider":"personio","origin_owner_id":"=1+1","origin_owner_name":"Acme"},)"
      R"({"id":"s2","provider":"personio","origin_owner_id":"bolt","status":"active"}])");
  EXPECT_EQ(import(file, "stackone").code, 1) << "without --links";
  const auto links = (exports / "links.csv").string();
  const auto said =
      import(file, "stackone", {"--links", links, "--public-url", "https://hub.example.com"});
  EXPECT_EQ(said.code, 0) << said.complaint;
  EXPECT_EQ(said.rows, (Rows{{"s1", "link"}, {"s2", "link"}})) << said.text;
  const auto text = read_bytes(links);
  EXPECT_NE(text.find("s1,'=1+1,Acme,personio,"), std::string::npos) << text;
  EXPECT_NE(text.find(",https://hub.example.com/connect/"), std::string::npos) << text;
  struct stat status{};
  ASSERT_EQ(::stat(links.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(accounts(), 0U);
}

TEST_F(AccountsImportTest, AnImportThatIsKilledIsFinishedByTheNextOne) {
  std::string text = kHeader;
  for (int i = 0; i < 12; ++i) {
    const auto n = std::to_string(i);
    text.append("r").append(n).append(",o").append(n).append(",O,personio,").append(cells()) +=
        "\n";
  }
  const auto file = write("in.csv", text);
  {
    std::vector<std::string> arguments{"accounts", "import", file, "--from", "csv"};
    for (const auto& argument : common()) arguments.push_back(argument);
    ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay", arguments);
    for (int i = 0; i < 3; ++i) EXPECT_NE(command.line().find("imported"), std::string::npos);
    command.kill();
  }
  const auto said = import(file, "csv");
  EXPECT_EQ(said.code, 0) << said.complaint;
  ASSERT_EQ(said.rows.size(), 12U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(said.rows[i].second, "already");
  EXPECT_EQ(said.rows.back().second, "imported");
  EXPECT_EQ(accounts(), 12U);
}

}  // namespace
}  // namespace patchbay::integration
