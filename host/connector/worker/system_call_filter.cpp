#include "connector/worker/system_call_filter.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <memory>

namespace patchbay::connector::walls {
namespace {

using Arguments = std::initializer_list<scmp_arg_cmp>;

scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}
scmp_arg_cmp differs(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_NE, value, 0};
}
scmp_arg_cmp without(unsigned argument, std::uint64_t bits) {
  return {argument, SCMP_CMP_MASKED_EQ, bits, 0};
}

class Filter {
 public:
  explicit Filter(std::uint32_t usual) : context_(seccomp_init(usual), &seccomp_release) {
    if (!context_) {
      error_ = ENOMEM;
      return;
    }
    // no_new_privs is set already; asking again would need a call that is not allowed any more.
    seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_NNP, 0);
    seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  }

  void allow(const char* call, Arguments arguments = {}) { add(SCMP_ACT_ALLOW, call, arguments); }
  void trap(const char* call) { add(SCMP_ACT_TRAP, call, {}); }

  int load() {
    if (error_ == 0) error_ = -seccomp_load(context_.get());
    return error_;
  }

 private:
  void add(std::uint32_t action, const char* call, Arguments arguments) {
    const int number = seccomp_syscall_resolve_name(call);
    if (number == __NR_SCMP_ERROR || error_ != 0) return;  // not on this architecture
    error_ = -seccomp_rule_add_array(context_.get(), action, number,
                                     static_cast<unsigned>(arguments.size()), arguments.begin());
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  int error_ = 0;
};

// What C and C++ need for memory, for ending, and for talking to the hub.
void allow_usual(Filter& filter, int socket) {
  const auto hub = static_cast<std::uint64_t>(socket);
  filter.allow("sendmsg", {equals(0, hub)});
  filter.allow("recvmsg", {equals(0, hub)});
  filter.allow("close", {differs(0, hub)});
  // Large messages lie in sealed memfds.
  filter.allow("memfd_create");
  filter.allow("write");
  filter.allow("fstat");
  filter.allow("fcntl", {equals(1, F_ADD_SEALS)});
  filter.allow("fcntl", {equals(1, F_GET_SEALS)});
  filter.allow("fcntl", {equals(1, F_GETFD)});
  for (const auto* call :
       {"brk", "munmap", "mremap", "futex", "sched_yield", "getrandom", "clock_gettime",
        "gettimeofday", "time", "gettid", "getpid", "rt_sigprocmask", "rt_sigreturn", "exit",
        "exit_group", "restart_syscall"})
    filter.allow(call);
  // What malloc gives back; other advice reaches deeper into the kernel.
  filter.allow("madvise", {equals(2, MADV_DONTNEED)});
  filter.allow("madvise", {equals(2, MADV_FREE)});
  filter.allow("tgkill", {equals(0, static_cast<std::uint64_t>(::getpid()))});
}

void allow_loading(Filter& filter) {
  filter.allow("mmap", {without(3, MAP_SHARED)});
  filter.allow("mprotect");
  filter.allow("read");
  filter.allow("pread64");
  filter.allow("lseek");
  filter.allow("fcntl", {equals(1, F_DUPFD_CLOEXEC)});
  filter.allow("seccomp", {equals(0, SECCOMP_SET_MODE_FILTER)});
}

void allow_serving(Filter& filter) {
  filter.allow("mmap", {without(2, PROT_EXEC), without(3, MAP_SHARED)});
}

// Under sanitizers: the ways out alone.
[[maybe_unused]] void deny_ways_out(Filter& filter) {
  for (const auto* call : {"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4",
                           "execve", "execveat", "io_uring_setup", "mount", "setuid", "setgid",
                           "bpf", "userfaultfd", "process_vm_readv", "process_vm_writev"})
    filter.trap(call);
}

}  // namespace

int install_filter(Stage stage, int socket) {
#ifdef PATCHBAY_SANITIZED
  if (stage == Stage::kServing) return 0;
  (void)socket;
  Filter filter(SCMP_ACT_ALLOW);
  deny_ways_out(filter);
  (void)allow_usual;
  (void)allow_loading;
  (void)allow_serving;
#else
  Filter filter(SCMP_ACT_TRAP);
  allow_usual(filter, socket);
  stage == Stage::kLoading ? allow_loading(filter) : allow_serving(filter);
#endif
  return filter.load();
}

}  // namespace patchbay::connector::walls
