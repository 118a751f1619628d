// The configuration file: what it sets, what goes over it, and what is wrong with it.
#include <regex>
#include <sstream>

#include "base/json.h"
#include "child_process.h"
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

class ConfigFileTest : public HubTest {
 protected:
  ConfigFileTest() {
    std::ofstream(folder / "sandbox.json") << sandbox::json::serialize(personio.kit().ready());
    drop("personio.so", kPersonioLibrary);
  }

  std::string write(const std::string& text) const {
    std::ofstream(folder / "patchbay.toml") << text;
    return folder / "patchbay.toml";
  }
  // What a hub needs here.
  std::string usual() const {
    return "data = \"" + data + "\"\nkey-file = \"" + key_file + "\"\nconnectors = \"" +
           connectors + "\"\nworker = \"" + worker_program + "\"\nsandbox = [\"" +
           (folder / "sandbox.json") + "\"]\napprove-all = true\nport = 0\nloops = 2\n";
  }
  struct Ended {
    std::string said;
    int code = 0;
  };
  static Ended run(const std::vector<std::string>& arguments) {
    std::vector<std::string> shell{"-c", R"(exec "$@" 2>&1)", "sh",
                                   PATCHBAY_BUILD_DIR "/bin/patchbay"};
    shell.insert(shell.end(), arguments.begin(), arguments.end());
    ChildProcess command("/bin/sh", shell);
    Ended out;
    // Pages of help have empty lines in them.
    while (true) {
      const auto line = command.line();
      if (line.empty()) break;
      out.said += line + "\n";
    }
    out.code = command.wait();
    return out;
  }
  void expect_wrong(const std::string& text, const std::string& words) const {
    const auto found = run({"config", "check", write(text)});
    EXPECT_EQ(found.code, 1) << text;
    EXPECT_NE(found.said.find(words), std::string::npos) << text << found.said;
  }
};

TEST_F(ConfigFileTest, AHubRunsByItAlone) {
  const auto path = write(usual() +
                          "embed-origin = [\"https://a.example\", \"https://b.example\"]\n"
                          "ready-file = \"" +
                          (folder / "ready.json") + "\"\n");
  EXPECT_EQ(run({"config", "check", path}).code, 0);
  ChildProcess hub_process(PATCHBAY_BUILD_DIR "/bin/patchbay", {"--config", path, "serve"});
  EXPECT_EQ(hub_process.line().find("Patchbay listens on http://localhost:"), 0U);
  EXPECT_TRUE(fs::exists(folder / "ready.json"));
  ChildProcess list(PATCHBAY_BUILD_DIR "/bin/patchbay", {"--config=" + path, "connectors", "list"});
  EXPECT_EQ(list.line().find("ID"), 0U) << "other commands take their part of it";
  EXPECT_EQ(list.line().find("personio"), 0U);
}

TEST_F(ConfigFileTest, TheEnvironmentGoesOverItAndFlagsOverBoth) {
  open_hub();
  linked();
  close_hub();
  const auto path = write("data = \"" + (folder / "nowhere") + "\"\n" + "key-file = \"" +
                          (folder / "no_key") + "\"\n");
  const auto says = [&](const std::vector<std::string>& arguments) {
    ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay", arguments);
    return command.line();
  };
  const std::vector<std::string> doctor{"--config", path, "doctor", "--offline"};
  EXPECT_NE(says(doctor).find("nowhere"), std::string::npos);
  ::setenv("PATCHBAY_DATA", (folder / "elsewhere").c_str(), 1);
  EXPECT_NE(says(doctor).find("elsewhere"), std::string::npos);
  auto with_flag = doctor;
  with_flag.insert(with_flag.end(), {"--data", data});
  EXPECT_NE(says(with_flag).find(data), std::string::npos);
  ::unsetenv("PATCHBAY_DATA");
  ::setenv("PATCHBAY_CONFIG", path.c_str(), 1);
  EXPECT_NE(says({"doctor", "--offline"}).find("nowhere"), std::string::npos);
  ::unsetenv("PATCHBAY_CONFIG");
}

// The flag names the key by another way than the file does.
TEST_F(ConfigFileTest, AFlagPutsAsideWhatExcludesIt) {
  open_hub();
  close_hub();
  key_file = folder / "no_key";
  const auto path = write(usual());
  key_file = folder / "key";
  ::setenv("THE_KEY", read_bytes(key_file).c_str(), 1);
  ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay",
                       {"--config", path, "doctor", "--offline", "--key-env", "THE_KEY"});
  while (!command.line().empty()) {
  }
  EXPECT_EQ(command.wait(), 0);
  ::unsetenv("THE_KEY");
}

TEST_F(ConfigFileTest, WhatIsWrongIsNamed) {
  expect_wrong("embed-orign = [\"https://a.example\"]\n", "did you mean \"embed-origin\"?");
  expect_wrong("colour = 1\n", "no key \"colour\"");
  expect_wrong("port = \"many\"\n", "\"port\"");
  expect_wrong("log-days = 99999\n", "not in range 1 to 3650");
  expect_wrong("log-bodies = \"some\"\n", "\"log-bodies\"");
  expect_wrong("[serve]\nport = 1\n", "section [serve]");
  expect_wrong("store = \"postgresql://hub:secret@db.example/patchbay\"\n", "store-file");
  EXPECT_EQ(run({"config", "check", folder / "none"}).code, 1);
  const auto used = write("colour = 1\n");
  EXPECT_EQ(run({"--config", used, "doctor"}).code, 2) << "nothing runs by a file that is wrong";
  EXPECT_EQ(run({"--config", folder / "none", "doctor"}).code, 2);
}

TEST_F(ConfigFileTest, TheExampleIsRightAndStandsInTheDocument) {
  ChildProcess command("/bin/sh",
                       {"-c", PATCHBAY_BUILD_DIR "/bin/patchbay config example | sed 's/^$/#/'"});
  std::string example;
  std::string uncommented;
  const std::regex setting("# ([a-z-]+ = .*)");
  for (auto line = command.line(); !line.empty(); line = command.line()) {
    example += (line == "#" ? "" : line) + "\n";
    std::smatch found;
    if (std::regex_match(line, found, setting) && found[1].str().find("\"\"") == std::string::npos)
      uncommented += found[1].str() + "\n";
  }
  EXPECT_NE(uncommented.find("port = 8080"), std::string::npos) << uncommented;
  const auto checked = run({"config", "check", write(uncommented)});
  EXPECT_EQ(checked.code, 0) << checked.said;
  const auto document = read_bytes(PATCHBAY_TESTS_DIR "/../../docs/configuration.md");
  EXPECT_NE(document.find("```toml\n" + example + "```"), std::string::npos)
      << "docs/configuration.md is not what `patchbay config example` prints";
}

}  // namespace
}  // namespace patchbay::integration
