// docs/moving-in.md, command by command.
#include "import_fixture.h"

namespace patchbay::integration {
namespace {

class MovingInDocument : public AccountsImportTest {
 protected:
  MovingInDocument() {
    fs::create_directories(exports / "bin");
    std::string hub = "#!/bin/bash\nexec " PATCHBAY_BUILD_DIR "/bin/patchbay \"$@\"";
    for (const auto& argument : common()) hub.append(" '").append(argument) += "'";
    write("bin/patchbay", hub + "\n", 0755);
  }

  // The blocks of a kind in a section.
  static std::string blocks(const std::string& section, const std::string& kind) {
    const auto document = read_bytes(PATCHBAY_TESTS_DIR "/../../docs/moving-in.md");
    auto text = document.substr(document.find("## " + section));
    text = text.substr(0, text.find("\n## "));
    const std::string fence = "```" + kind + "\n";
    std::string found;
    for (auto at = text.find(fence); at != std::string::npos; at = text.find(fence, at + 1)) {
      const auto begin = at + fence.size();
      found += text.substr(begin, text.find("```", begin) - begin);
    }
    EXPECT_FALSE(found.empty()) << section;
    return found;
  }

  // What the other hub's server answers is `answers`, a case of sh for the address. It looks for
  // its key where nobody else sees it.
  Said run_section(const std::string& section, const std::string& answers = {}) const {
    write("bin/curl",
          "#!/bin/bash\n[[ \"$*\" == *sesame* ]] && exit 98\n"
          "grep -q '^Authorization: ' \"${3#@}\" || exit 99\n"
          "case \"$4\" in\n" +
              answers + "*) exit 22 ;;\nesac\n",
          0755);
    const auto script =
        write("commands.sh", "cd '" + exports.string() + "'\nexport PATH=\"$PWD/bin:$PATH\"\n" +
                                 "export NANGO_SECRET_KEY=sesame STACKONE_API_KEY=sesame\n" +
                                 blocks(section, "sh"));
    Said said;
    StderrCapture complaints;
    ChildProcess shell("/bin/bash", {"-euo", "pipefail", script});
    for (auto line = shell.line(); !line.empty(); line = shell.line())
      said.text.append(line) += "\n";
    said.code = shell.wait();
    said.complaint = complaints.stop();
    return said;
  }
};

TEST_F(MovingInDocument, FromNango) {
  const auto client = personio.default_integration();
  const std::string names =
      R"("connection_id":"c/1","provider_config_key":"personio-prod","end_user":{"id":"u1"})";
  const auto said = run_section(
      "From Nango",
      "https://api.nango.dev/connections) echo '{\"connections\":[{" + names + "}]}' ;;\n" +
          "'https://api.nango.dev/connections/c%2F1?provider_config_key=personio-prod&"
          "refresh_token=true') echo '{" +
          names + R"(,"credentials":{"type":"OAUTH2_CC","client_id":")" + client.client_id +
          R"(","client_secret":")" + client.client_secret + "\"}}' ;;\n");
  EXPECT_EQ(said.code, 0) << said.complaint;
  EXPECT_NE(said.text.find(" ready "), std::string::npos) << said.text;
  EXPECT_NE(said.text.find(" imported "), std::string::npos) << said.text;
  EXPECT_EQ(said.complaint.find("chmod"), std::string::npos) << said.complaint;
  EXPECT_FALSE(fs::exists(exports / "connections.json"));
  EXPECT_EQ(accounts(), 1U);
}

TEST_F(MovingInDocument, FromStackone) {
  const auto said = run_section(
      "From StackOne",
      std::string("'https://api.stackone.com/accounts?page=1&page_size=100') echo '") + kTwoPeople +
          "' ;;\n'https://api.stackone.com/accounts?page=2&page_size=100') echo '[]' ;;\n");
  EXPECT_EQ(said.code, 0) << said.complaint;
  EXPECT_EQ(tokens_in("links.csv").size(), 2U) << said.text;
  EXPECT_FALSE(fs::exists(exports / "accounts.json"));
}

TEST_F(MovingInDocument, FromCsv) {
  const auto client = personio.default_integration();
  auto text = blocks("From CSV", "csv");
  for (const auto& [example, real] :
       {std::pair<std::string, std::string>("papi-0000", client.client_id),
        {"s3cret", client.client_secret}})
    text.replace(text.find(example), example.size(), real);
  write("customers.csv", text);
  const auto said = run_section("From CSV");
  EXPECT_EQ(said.code, 0) << said.complaint;
  const auto made = all_accounts();
  ASSERT_EQ(made.size(), 1U) << said.text;
  EXPECT_EQ(made[0].owner_name, "Acme, \"the\" GmbH");
}

}  // namespace
}  // namespace patchbay::integration
