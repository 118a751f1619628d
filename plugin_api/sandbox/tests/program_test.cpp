#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

#include "patchbay/sandbox/client.h"
#include "patchbay/sandbox/state_folder.h"

extern char** environ;

namespace patchbay::sandbox {
namespace {

/// A sandbox program as a start script runs it; ended at the end of its life.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments, std::string file = ECHO_PROGRAM) {
    arguments.insert(arguments.begin(), file);
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    if (::posix_spawn(&id_, file.c_str(), nullptr, nullptr, words.data(), environ) != 0) id_ = 0;
  }
  ~Program() {
    if (id_ != 0) stop(SIGKILL);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// The exit status after this signal (0 sends none), -1 when it ended otherwise.
  int stop(int signal) {
    if (id_ == 0) return -1;
    if (signal != 0) ::kill(id_, signal);
    int status = 0;
    ::waitpid(id_, &status, 0);
    id_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t id_{0};
};

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class ProgramTest : public testing::Test {
 protected:
  json::value wait_until_ready() const {
    for (int i = 0; i < 2000; ++i) {
      if (std::filesystem::exists(ready)) return parse_json(content(ready)).value_or(nullptr);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "the program did not get ready";
    return nullptr;
  }

  StateFolder folder{{}};
  std::filesystem::path ready = folder.path() / "ready.json";
  std::vector<std::string> flags{"--state", (folder.path() / "state").string(), "--port=0",
                                 "--ready-file", ready.string()};
};

TEST_F(ProgramTest, WritesAPrivateReadyFileThatLeadsToItsControl) {
  Program program(flags);
  const json::value info = wait_until_ready();
  struct stat status{};
  ASSERT_EQ(::stat(ready.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(info.at("provider"), "echo");
  EXPECT_EQ(info.at("hosts").at(0), "api.echo.example");
  const auto port = static_cast<std::uint16_t>(info.at("port").as_int64());
  EXPECT_EQ(info.at("control_url").as_string(),
            "https://127.0.0.1:" + std::to_string(port) + "/__sandbox");
  Client client(
      {.host = "127.0.0.1", .port = port, .ca_file = std::string(info.at("ca_file").as_string())});
  const Headers headers{{"X-Sandbox-Token", std::string(info.at("control_token").as_string())}};
  EXPECT_EQ(client.get("/__sandbox", headers).status, 200);
  EXPECT_EQ(program.stop(SIGTERM), 0);
  EXPECT_FALSE(std::filesystem::exists(ready)) << "a stopped sandbox is not ready";
}

TEST_F(ProgramTest, KeepsCaAndCredentialsButNotTheControlTokenAcrossStarts) {
  Program first(flags);
  const json::value before = wait_until_ready();
  const std::string ca = content(before.at("ca_file").as_string().c_str());
  EXPECT_EQ(first.stop(SIGINT), 0);
  Program second(flags);
  const json::value after = wait_until_ready();
  EXPECT_EQ(content(after.at("ca_file").as_string().c_str()), ca);
  EXPECT_EQ(after.at("credentials"), before.at("credentials"));
  EXPECT_NE(after.at("control_token"), before.at("control_token"));
}

TEST_F(ProgramTest, ExplainsWrongFlags) {
  EXPECT_EQ(Program({"--port", "99999"}).stop(0), 2);
  EXPECT_EQ(Program({"--prot", "1"}).stop(0), 2);
  EXPECT_EQ(Program({"--state"}).stop(0), 2);
  EXPECT_EQ(Program({"--help"}).stop(0), 0);
}

TEST_F(ProgramTest, RefusesAStateFolderInUse) {
  Program first(flags);
  wait_until_ready();
  EXPECT_EQ(Program({"--state", (folder.path() / "state").string()}).stop(0), 1);
}

TEST_F(ProgramTest, ExitsWithItsParentWhenAsked) {
  std::string command = ECHO_PROGRAM;
  for (const std::string& flag : flags) command += " '" + flag + "'";
  command += " --exit-with-parent & while ! test -s '" + ready.string() + "'; do :; done";
  ASSERT_EQ(Program({"-c", command}, "/bin/sh").stop(0), 0) << "the shell is the parent that ends";
  for (int i = 0; i < 2000 && std::filesystem::exists(ready); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_FALSE(std::filesystem::exists(ready)) << "it still runs";
}

}  // namespace
}  // namespace patchbay::sandbox
