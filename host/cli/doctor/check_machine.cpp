// What the hub stands on: its folder, its keys, the program that connectors run in.
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/own_program.h"
#include "cli/doctor/checks.h"

namespace patchbay::doctor {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
constexpr std::uint64_t kTooLittleRoom = 256 * kMiB;
constexpr std::uint64_t kLittleRoom = 2'048 * kMiB;

void check_room(const std::string& data, const Tell& tell) {
  struct statvfs about{};
  if (::statvfs(data.c_str(), &about) != 0) return;
  const auto room = std::uint64_t{about.f_bavail} * about.f_frsize;
  const auto what = std::to_string(room / kMiB) + " MiB are free on its disk";
  if (room >= kLittleRoom) return tell({"data", Verdict::kGood, what});
  tell({"data", room < kTooLittleRoom ? Verdict::kProblem : Verdict::kWarning, what,
        "Make room: without it nothing is linked or refreshed, and the audit log can't be written, "
        "so that no token is handed out."});
}

}  // namespace

bool check_folder(const std::string& data, const Tell& tell) {
  struct stat about{};
  if (::stat(data.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) {
    tell({"data", Verdict::kProblem, "There is no folder " + data + ".",
          "Say with --data where the hub's data is. A new hub makes it at its first start: "
          "patchbay serve --data " +
              data});
    return false;
  }
  if (::access(data.c_str(), R_OK | W_OK | X_OK) != 0) {
    tell({"data", Verdict::kProblem,
          "The folder " + data + " can't be used (" + std::strerror(errno) + ").",
          "Run this as the hub's user, or give it the folder: chown -R USER " + data});
    return false;
  }
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    tell({"data", Verdict::kWarning, "Others may look into " + data + ".", "chmod 700 " + data});
  else
    tell({"data", Verdict::kGood, data + " is there and private"});
  check_room(data, tell);
  return true;
}

std::shared_ptr<vault::KeyChain> check_keys(const cli::HubOptions& options, const Tell& tell) {
  auto keys = options.load_keys();
  if (!keys) {
    tell(
        {"key", Verdict::kProblem, keys.error().message,
         "Without the key nothing that is sealed opens. Bring it back from where you keep it apart "
         "from the backups."});
    return nullptr;
  }
  tell({"key", Verdict::kGood, "the key " + (*keys)->id() + " is there, and private"});
  return *std::move(keys);
}

void check_worker(const std::string& program, const Tell& tell) {
  const auto path = program.empty() ? own_program("patchbay-worker") : program;
  if (::access(path.c_str(), X_OK) == 0)
    return tell({"connectors", Verdict::kGood, "patchbay-worker is there"});
  tell({"connectors", Verdict::kProblem,
        "The program " + path + ", in which connectors run, can't be started (" +
            std::strerror(errno) + ").",
        "Install Patchbay whole, or name the program with --worker."});
}

}  // namespace patchbay::doctor
