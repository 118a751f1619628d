#include "connector/worker/worker_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>

namespace patchbay::connector {
namespace {

constexpr int kChildSocket = 3;

struct FileActions {
  posix_spawn_file_actions_t actions{};
  FileActions() { ::posix_spawn_file_actions_init(&actions); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
};

struct SpawnAttributes {
  posix_spawnattr_t attributes{};
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes);
    // The hub may block or ignore signals; the worker starts with the defaults.
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    // A group of its own, so that Ctrl-C in the hub's terminal does not reach it.
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
};

}  // namespace

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), socket_(std::move(other.socket_)) {}

WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept {
  if (this != &other) {
    end();
    pid_ = std::exchange(other.pid_, -1);
    socket_ = std::move(other.socket_);
  }
  return *this;
}

Result<WorkerProcess> WorkerProcess::spawn(const std::string& program, const std::string& name) {
  std::array<int, 2> pair{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0)
    return make_error(ErrorCode::kConnector,
                      std::string("no socket pair for a worker: ") + std::strerror(errno));
  Fd ours(pair[0]);
  const Fd theirs(pair[1]);
  ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);

  FileActions files;
  ::posix_spawn_file_actions_addopen(&files.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files.actions, 1, "/dev/null", O_WRONLY, 0);
#ifndef PATCHBAY_SANITIZED  // sanitizers report on standard error
  ::posix_spawn_file_actions_addopen(&files.actions, 2, "/dev/null", O_WRONLY, 0);
#endif
  ::posix_spawn_file_actions_adddup2(&files.actions, theirs.get(), kChildSocket);
  ::posix_spawn_file_actions_addclosefrom_np(&files.actions, kChildSocket + 1);
  const SpawnAttributes attributes;
  std::string self = "patchbay-worker";
  std::string connector = name;
  std::string hub = std::to_string(::getpid());
  std::array<char*, 4> arguments{self.data(), connector.data(), hub.data(), nullptr};
  std::array<char*, 1> environment{nullptr};
  WorkerProcess process;
  const int error = ::posix_spawn(&process.pid_, program.c_str(), &files.actions,
                                  &attributes.attributes, arguments.data(), environment.data());
  if (error != 0) {
    process.pid_ = -1;
    return make_error(ErrorCode::kConfiguration,
                      "can't start " + program + ": " + std::strerror(error) +
                          "; patchbay-worker has to lie beside patchbay");
  }
  process.socket_ = std::move(ours);
  return process;
}

bool WorkerProcess::is_walled() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  int privileges_off = 0;
  int mode = 0;
  int filters = 0;
  for (std::string name; status >> name;) {
    if (name == "NoNewPrivs:") status >> privileges_off;
    if (name == "Seccomp:") status >> mode;
    if (name == "Seccomp_filters:") status >> filters;
  }
  return privileges_off == 1 && mode == 2 && filters >= 2;
}

std::string WorkerProcess::end() {
  socket_.reset();
  if (pid_ <= 0) return {};
  // A process that is already dying keeps the status it is dying with.
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFEXITED(status)) return "exited with " + std::to_string(WEXITSTATUS(status));
  if (!WIFSIGNALED(status)) return "ended";
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  return std::string("ended by SIG") + (name != nullptr ? name : "?");
}

}  // namespace patchbay::connector
