#include "connector/worker/denied_calls.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iterator>

#include "connector/worker/frame.h"

namespace patchbay::connector::walls {
namespace {

// A signal handler has no other way to its state. One thread: the walls allow no second.
int report_socket = -1;
int open_library = -1;
std::array<char, 32> open_path{};
std::array<long, 32> reported{};
std::size_t reported_count = 0;

// Asked by libc and libraries in passing; all get "permission denied".
constexpr long kProbes[] = {
#ifdef SYS_open
    SYS_open,
#endif
#ifdef SYS_stat
    SYS_stat,
    SYS_lstat,
#endif
#ifdef SYS_access
    SYS_access,
#endif
#ifdef SYS_readlink
    SYS_readlink,
#endif
    SYS_openat,
    SYS_openat2,
    SYS_newfstatat,
    SYS_statx,
    SYS_statfs,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_readlinkat,
    SYS_getcwd,
    SYS_uname,
    SYS_sysinfo,
    SYS_ioctl,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getppid,
    SYS_prlimit64,
    SYS_sched_getaffinity,
    SYS_getrusage,
    SYS_writev,
    SYS_getdents64,
};

struct Registers {
  explicit Registers(ucontext_t& context) : context_(context) {}
#if defined(__x86_64__)
  [[nodiscard]] long argument(int i) const {
    constexpr int kRegisters[] = {REG_RDI, REG_RSI, REG_RDX, REG_R10};
    return context_.uc_mcontext.gregs[kRegisters[i]];
  }
  void answer(long value) { context_.uc_mcontext.gregs[REG_RAX] = value; }
#elif defined(__aarch64__)
  [[nodiscard]] long argument(int i) const {
    return static_cast<long>(context_.uc_mcontext.regs[i]);
  }
  void answer(long value) { context_.uc_mcontext.regs[0] = static_cast<std::uint64_t>(value); }
#else
#error "seccomp's trap is not known for this machine"
#endif

 private:
  ucontext_t& context_;
};

bool is_the_library(long path) {
  return open_library >= 0 &&
         std::strcmp(reinterpret_cast<const char*>(path), open_path.data()) == 0;  // NOLINT
}

// What the loader does to the one file it is here for.
bool answer_loader(long call, Registers& registers) {
  if (call == SYS_openat && is_the_library(registers.argument(1))) {
    const int copy = ::fcntl(open_library, F_DUPFD_CLOEXEC, 0);
    if (copy >= 0) ::lseek(copy, 0, SEEK_SET);
    registers.answer(copy >= 0 ? copy : -errno);
    return true;
  }
  if (call == SYS_newfstatat && (registers.argument(3) & AT_EMPTY_PATH) != 0 &&
      *reinterpret_cast<const char*>(registers.argument(1)) == '\0') {  // NOLINT
    registers.answer(
        ::syscall(SYS_fstat, registers.argument(0), registers.argument(2)) == 0 ? 0 : -errno);
    return true;
  }
  return false;
}

void on_denied(int /*signal*/, siginfo_t* info, void* context) {
  const int saved = errno;
  Registers registers(*static_cast<ucontext_t*>(context));
  const long call = info->si_syscall;
  if (!answer_loader(call, registers)) {
    const bool probe = std::find(std::begin(kProbes), std::end(kProbes), call) != std::end(kProbes);
    const auto* const end = reported.begin() + reported_count;
    if (!probe || std::find(reported.cbegin(), end, call) == end) {
      if (reported_count < reported.size()) reported[reported_count++] = call;
      send_denied(report_socket, static_cast<std::uint32_t>(call), !probe);
    }
    if (!probe) ::_exit(kDeniedExit);
    registers.answer(-EACCES);
  }
  errno = saved;
}

}  // namespace

bool handle_denied_calls(int socket) {
  report_socket = socket;
  struct sigaction action{};
  action.sa_sigaction = on_denied;
  action.sa_flags = SA_SIGINFO;
  sigfillset(&action.sa_mask);
  return ::sigaction(SIGSYS, &action, nullptr) == 0;
}

void allow_opening(int library) {
  open_library = library;
  std::snprintf(open_path.data(), open_path.size(), "/proc/self/fd/%d", library);
}

}  // namespace patchbay::connector::walls
