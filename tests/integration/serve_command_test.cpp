// patchbay serve, as somebody starts it who has something wrong.
#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "child_process.h"
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

class ServeCommandTest : public HubTest {
 protected:
  ServeCommandTest() {
    drop("personio.so", kPersonioLibrary);
    std::ofstream(folder / "sandbox.json") << sandbox::json::serialize(personio.kit().ready());
  }

  std::vector<std::string> serve(std::vector<std::string> more) const {
    more.insert(more.begin(),
                {"serve", "--data", data, "--key-file", key_file, "--connectors", connectors,
                 "--worker", kWorkerProgram, "--approve-all", "--loops", "2"});
    return more;
  }
  static int ended(const std::vector<std::string>& arguments) {
    ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay", arguments);
    while (!command.line().empty()) {
    }
    return command.wait();
  }
};

// A socket that listens on a free port of loopback.
class TakenPort {
 public:
  TakenPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_.get(), any, size), 0);
    EXPECT_EQ(::listen(socket_.get(), 1), 0);
    EXPECT_EQ(::getsockname(socket_.get(), any, &size), 0);
    number_ = ntohs(address.sin_port);
  }
  [[nodiscard]] std::string number() const { return std::to_string(number_); }
  void free() { socket_.reset(); }

 private:
  Fd socket_;
  std::uint16_t number_ = 0;
};

TEST_F(ServeCommandTest, OnAPortThatIsTakenEndsAndWorksOnceThatIsFree) {
  // Another program of this machine may take a port in the moment in which it is free.
  for (int tries = 1;; ++tries) {
    TakenPort port;
    const auto before = children_of(::getpid()).size();
    EXPECT_EQ(ended(serve({"--port", port.number()})), 1);
    EXPECT_EQ(children_of(::getpid()).size(), before) << "a worker was left behind";
    port.free();
    ChildProcess hub_process(PATCHBAY_BUILD_DIR "/bin/patchbay", serve({"--port", port.number()}));
    const auto line = hub_process.line();
    if (line.empty() && tries < 5) continue;
    EXPECT_EQ(line, "Patchbay listens on http://localhost:" + port.number());
    return;
  }
}

TEST_F(ServeCommandTest, WithRealProvidersTakesNoSandbox) {
  EXPECT_EQ(ended(serve({"--port", "0", "--real", "--sandbox", folder / "sandbox.json"})), 2);
  EXPECT_EQ(personio.kit().calls().total(), 0U);
}

TEST_F(ServeCommandTest, WithRealProvidersAloneListensAndPutsAsideTheConfigurationsSandbox) {
  std::ofstream(folder / "patchbay.toml") << "sandbox = [\"" << folder / "nothing.json" << "\"]\n";
  const std::vector<std::string> configured = {"--config", folder / "patchbay.toml"};
  for (const auto& config : {std::vector<std::string>(), configured}) {
    auto arguments = serve({"--port", "0", "--real"});
    arguments.insert(arguments.begin(), config.begin(), config.end());
    ChildProcess hub_process(PATCHBAY_BUILD_DIR "/bin/patchbay", arguments);
    EXPECT_TRUE(hub_process.line().starts_with("Patchbay listens on http://localhost:"));
  }
}

TEST_F(ServeCommandTest, WithoutItsKeyDoesNotStartAndLeavesTheDatabaseAlone) {
  open_hub();
  const auto account = linked();
  close_hub();
  fs::rename(key_file, key_file + ".away");
  EXPECT_EQ(ended(serve({"--port", "0"})), 1);
  fs::rename(key_file + ".away", key_file);
  fs::permissions(key_file, fs::perms::owner_read | fs::perms::others_read);
  EXPECT_EQ(ended(serve({"--port", "0"})), 1) << "others can read the key";
  fs::permissions(key_file, fs::perms::owner_read);
  open_hub();
  EXPECT_TRUE(token(account.id));
}

}  // namespace
}  // namespace patchbay::integration
