// Making processes and threads, reaching into others, changing what this one may do.
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <ctime>

#include "attempts.h"

namespace hostile {
namespace {

// Of a process made by `made`: 0 in it.
Outcome ended_child(long made) {
  if (made == 0) ::_exit(0);
  if (made > 0) ::waitpid(static_cast<pid_t>(made), nullptr, __WALL);
  return outcome(made);
}

Outcome fork_process(const Target&) {
  return ended_child(::fork());
}
Outcome raw_fork(const Target&) {
  return ended_child(::syscall(SYS_fork));
}
Outcome vfork_process(const Target&) {
  const pid_t made = ::vfork();  // NOLINT
  if (made == 0) ::_exit(0);
  return outcome(made);
}
Outcome clone3_process(const Target&) {
  clone_args arguments{};
  arguments.exit_signal = SIGCHLD;
  return ended_child(::syscall(SYS_clone3, &arguments, sizeof arguments));
}
Outcome thread(const Target&) {
  pthread_t made{};
  errno = ::pthread_create(&made, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
  if (errno != 0) return outcome(-1);
  ::pthread_join(made, nullptr);
  return {0, "thread"};
}
Outcome execute(const Target&) {
  const std::array<const char*, 2> arguments{"/bin/true", nullptr};
  return outcome(::execve("/bin/true", const_cast<char* const*>(arguments.data()), nullptr));
}
Outcome execute_memfd(const Target&) {
  const int fd = ::memfd_create("program", 0);
  constexpr std::string_view kProgram = "#!/bin/true\n";
  if (::write(fd, kProgram.data(), kProgram.size()) < 0) return outcome(-1);
  std::string name;
  std::array<char*, 2> arguments{name.data(), nullptr};
  std::array<char*, 1> environment{nullptr};
  return outcome(
      ::syscall(SYS_execveat, fd, "", arguments.data(), environment.data(), AT_EMPTY_PATH));
}
Outcome kill_hub(const Target& target) {
  return outcome(::kill(target.hub, SIGTERM));
}
Outcome probe_hub(const Target& target) {
  return outcome(::kill(target.hub, 0));
}
Outcome kill_everybody(const Target&) {
  return outcome(::syscall(SYS_kill, -1, SIGTERM));
}
Outcome signal_hub_thread(const Target& target) {
  return outcome(::syscall(SYS_tgkill, target.hub, target.hub, SIGABRT));
}
Outcome queue_signal(const Target& target) {
  return outcome(::sigqueue(target.hub, SIGTERM, {}));
}
Outcome trace_hub(const Target& target) {
  return outcome(::ptrace(PTRACE_ATTACH, target.hub, nullptr, nullptr));
}
Outcome be_traced(const Target&) {
  return outcome(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr));
}
Outcome read_hub(const Target& target) {
  std::array<char, 16> bytes{};
  const iovec to{bytes.data(), bytes.size()};
  const iovec from{const_cast<char*>(::environ[0]), bytes.size()};
  return outcome(::process_vm_readv(target.hub, &to, 1, &from, 1, 0));
}
Outcome write_hub(const Target& target) {
  const iovec none{nullptr, 0};
  return outcome(::process_vm_writev(target.hub, &none, 1, &none, 1, 0));
}
Outcome hold_hub(const Target& target) {
  return outcome(::syscall(SYS_pidfd_open, target.hub, 0));
}
Outcome take_descriptor(const Target&) {
  return outcome(::syscall(SYS_pidfd_getfd, 0, 3, 0));
}
Outcome compare_with_hub(const Target& target) {
  return outcome(::syscall(SYS_kcmp, target.hub, target.hub, 0, 0, 0));
}
Outcome become_dumpable(const Target&) {
  return outcome(::prctl(PR_SET_DUMPABLE, 1));
}
Outcome outlive_hub(const Target&) {
  return outcome(::prctl(PR_SET_PDEATHSIG, 0));
}
Outcome rename_itself(const Target&) {
  return outcome(::prctl(PR_SET_NAME, "sshd"));
}
Outcome new_session(const Target&) {
  return outcome(::setsid());
}
Outcome set_user(const Target&) {
  return outcome(::syscall(SYS_setuid, ::getuid()));
}
Outcome set_group(const Target&) {
  return outcome(::syscall(SYS_setgid, ::getgid()));
}
Outcome set_groups(const Target&) {
  return outcome(::syscall(SYS_setgroups, 0, nullptr));
}
Outcome set_capabilities(const Target&) {
  return outcome(::syscall(SYS_capset, nullptr, nullptr));
}
Outcome raise_limit(const Target&) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return outcome(-1);
  limit.rlim_cur = limit.rlim_max;
  return outcome(::setrlimit(RLIMIT_NOFILE, &limit));
}
Outcome raise_limit_old_way(const Target&) {
  const rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  return outcome(::syscall(SYS_setrlimit, RLIMIT_CPU, &limit));
}
Outcome limit_hub(const Target& target) {
  rlimit limit{};
  return outcome(::prlimit(target.hub, RLIMIT_NOFILE, nullptr, &limit));
}
Outcome set_alarm(const Target&) {
  return outcome(::alarm(1000));
}
Outcome interval_timer(const Target&) {
  const itimerval value{{1000, 0}, {1000, 0}};
  return outcome(::setitimer(ITIMER_REAL, &value, nullptr));
}
Outcome signal_timer(const Target&) {
  timer_t made{};
  return outcome(::timer_create(CLOCK_MONOTONIC, nullptr, &made));
}
Outcome handle_signal(const Target&) {
  return outcome(::signal(SIGTERM, SIG_IGN) == SIG_ERR ? -1 : 0);
}
Outcome other_stack_for_signals(const Target&) {
  const stack_t off{nullptr, SS_DISABLE, 0};
  return outcome(::sigaltstack(&off, nullptr));
}
// The report comes as a signal; what if nobody hears it?
Outcome connect_with_report_blocked(const Target& target) {
  sigset_t report;
  sigemptyset(&report);
  sigaddset(&report, SIGSYS);
  ::sigprocmask(SIG_BLOCK, &report, nullptr);
  return network_attempts().front().run(target);
}

constexpr Attempt kAttempts[] = {
    {"fork", fork_process, Walls::kEnd, "clone", true},
    {"raw_fork", raw_fork, Walls::kEnd, "fork", true},
    {"vfork", vfork_process, Walls::kEnd, "vfork", true},
    {"clone3", clone3_process, Walls::kEnd, "clone3", true},
    {"thread", thread, Walls::kEnd, "rt_sigaction", true},
    {"execute", execute, Walls::kEnd, "execve"},
    {"execute_memfd", execute_memfd, Walls::kEnd, "execveat"},
    {"kill_hub", kill_hub, Walls::kEnd, "kill"},
    {"probe_hub", probe_hub, Walls::kEnd, "kill", true},
    {"kill_everybody", kill_everybody, Walls::kEnd, "kill"},
    {"signal_hub_thread", signal_hub_thread, Walls::kEnd, "tgkill"},
    {"queue_signal", queue_signal, Walls::kEnd, "rt_sigqueueinfo"},
    {"trace_hub", trace_hub, Walls::kEnd, "ptrace"},
    {"be_traced", be_traced, Walls::kEnd, "ptrace", true},
    {"read_hub", read_hub, Walls::kEnd, "process_vm_readv"},
    {"write_hub", write_hub, Walls::kEnd, "process_vm_writev", true},
    {"hold_hub", hold_hub, Walls::kEnd, "pidfd_open", true},
    {"take_descriptor", take_descriptor, Walls::kEnd, "pidfd_getfd"},
    {"compare_with_hub", compare_with_hub, Walls::kEnd, "kcmp"},
    {"become_dumpable", become_dumpable, Walls::kEnd, "prctl", true},
    {"outlive_hub", outlive_hub, Walls::kEnd, "prctl", true},
    {"rename_itself", rename_itself, Walls::kEnd, "prctl", true},
    {"new_session", new_session, Walls::kEnd, "setsid", true},
    {"set_user", set_user, Walls::kEnd, "setuid", true},
    {"set_group", set_group, Walls::kEnd, "setgid", true},
    {"set_groups", set_groups, Walls::kEnd, "setgroups"},
    {"set_capabilities", set_capabilities, Walls::kEnd, "capset"},
    {"raise_limit", raise_limit, Walls::kAnswer, "prlimit64", true},
    {"raise_limit_old_way", raise_limit_old_way, Walls::kEnd, "setrlimit"},
    {"limit_hub", limit_hub, Walls::kAnswer, "prlimit64", true},
    {"set_alarm", set_alarm, Walls::kEnd, "alarm", true},
    {"interval_timer", interval_timer, Walls::kEnd, "setitimer", true},
    {"signal_timer", signal_timer, Walls::kEnd, "timer_create", true},
    {"handle_signal", handle_signal, Walls::kEnd, "rt_sigaction", true},
    {"other_stack_for_signals", other_stack_for_signals, Walls::kEnd, "sigaltstack", true},
    {"connect_with_report_blocked", connect_with_report_blocked, Walls::kKill, "", true},
};

}  // namespace

std::span<const Attempt> process_attempts() {
  return kAttempts;
}

}  // namespace hostile
