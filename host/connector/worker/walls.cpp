#include "connector/worker/walls.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>

#include "connector/worker/denied_calls.h"
#include "connector/worker/flow_codec.h"
#include "connector/worker/landlock.h"
#include "connector/worker/system_call_filter.h"

namespace patchbay::connector::walls {
namespace {

std::string stands;

void limit(__rlimit_resource_t what, rlim_t most) {
  const rlimit both{most, most};
  ::setrlimit(what, &both);
}

// A hub that runs as root would hand its capabilities down.
bool drop_capabilities() {
  for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0;
       ++capability)
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  return ::syscall(SYS_capset, &head, none.data()) == 0;
}

}  // namespace

std::string raise_limits(int hub) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return "can't be tied to the hub's life";
  if (::getppid() != hub) return "the hub is gone";
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no_new_privs is refused";
  if (!drop_capabilities()) return "capabilities can't be dropped";
  ::prctl(PR_SET_DUMPABLE, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NPROC, 0);
  limit(RLIMIT_NOFILE, 16);
  // Large messages are written to a memfd, which counts as a file.
  limit(RLIMIT_FSIZE, 2 * kMaxMessageBytes);
#ifndef PATCHBAY_SANITIZED  // whose shadow memory is address space
  limit(RLIMIT_AS, rlim_t{1} << 30U);
#endif
  return {};
}

std::string raise_first(int socket) {
  if (!handle_denied_calls(socket)) return "SIGSYS can't be handled";
  stands = "limits, no capabilities, no_new_privs";
#ifndef PATCHBAY_SANITIZED
  const int version = landlock_version();
  if (version > 0 && deny_by_landlock(version)) {
    stands += ", landlock " + std::to_string(version) + " (" + landlock_covers(version) + ")";
  } else {
    stands += ", no landlock";
  }
#endif
  if (const int error = install_filter(Stage::kLoading, socket); error != 0)
    return std::string("seccomp is refused: ") + std::strerror(error);
  stands += ", seccomp";
  return {};
}

std::string raise_second(int socket) {
  if (const int error = install_filter(Stage::kServing, socket); error != 0)
    return std::string("seccomp is refused: ") + std::strerror(error);
  stands += " in two stages";
  return {};
}

std::string statement() {
  return stands;
}

}  // namespace patchbay::connector::walls
