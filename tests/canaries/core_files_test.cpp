// A core file shows what a process held: the scanner finds it there, and neither a hub nor its
// workers leave one.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "canaries/scanner.h"
#include "served_hub.h"
#include "temp_folder.h"

namespace patchbay::canaries {
namespace {

namespace fs = std::filesystem;
using integration::TempFolder;

const Canary kCanary{"client secret", R"(canary/4f"7\k+9=Zq3x&81)"};

// Processes that this one starts may write core files, unless they see to it that they don't.
class CoreFiles : public testing::Test {
 protected:
  CoreFiles() {
    ::getrlimit(RLIMIT_CORE, &before_);
    const rlimit all{before_.rlim_max, before_.rlim_max};
    ::setrlimit(RLIMIT_CORE, &all);
  }
  ~CoreFiles() override { ::setrlimit(RLIMIT_CORE, &before_); }

  TempFolder folder;

 private:
  rlimit before_{};
};

// Of this process's memory, the canary in it.
int die_in(const std::string& folder) {
  const auto child = ::fork();
  if (child == 0) {
    if (::chdir(folder.c_str()) == 0 && ::prctl(PR_SET_DUMPABLE, 1) == 0) std::abort();
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST_F(CoreFiles, OfAProcessThatHoldsASecretShowIt) {
  const auto status = die_in(folder.path());
  ASSERT_TRUE(WIFSIGNALED(status));
  if (!WCOREDUMP(status) || fs::is_empty(folder.path()))
    GTEST_SKIP() << "this machine writes no core files into the folder of who dies";
  EXPECT_FALSE(Scanner({kCanary}).scan_folder(folder.path()).empty());
}

// "Max core file size" of /proc/PID/limits, soft and hard.
std::string core_limit(pid_t process) {
  std::ifstream limits("/proc/" + std::to_string(process) + "/limits");
  const std::string name = "Max core file size";
  for (std::string line; std::getline(limits, line);)
    if (line.starts_with(name)) return line.substr(name.size());
  return "not told";
}

TEST_F(CoreFiles, AreNotWrittenByAHubAndItsWorkers) {
  fs::create_directory(folder / "connectors");
  fs::copy_file(PATCHBAY_BUILD_DIR "/connectors/personio.so", folder / "connectors/personio.so");
  fs::create_directory(folder / "data");
  fs::permissions(folder / "data", fs::perms::owner_all);
  integration::ChildProcess made(PATCHBAY_BUILD_DIR "/bin/patchbay",
                                 {"key", "create", folder / "data/key"});
  ASSERT_EQ(made.wait(), 0);
  const ServedHub hub({folder / "data", folder / "connectors", {"--approve-all"}});
  while (hub.workers().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  auto processes = hub.workers();
  processes.push_back(hub.pid());
  for (const auto process : processes)
    EXPECT_EQ(core_limit(process).find_first_not_of(" 0bytes"), std::string::npos)
        << core_limit(process);
  ::kill(hub.pid(), SIGABRT);
  int status = 0;
  ASSERT_EQ(::waitpid(hub.pid(), &status, 0), hub.pid());
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(WCOREDUMP(status));
}

}  // namespace
}  // namespace patchbay::canaries
