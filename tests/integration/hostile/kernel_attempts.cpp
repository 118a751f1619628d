// Calls that only the privileged or the curious make, executable and shared memory, and other
// calling conventions.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attempts.h"

namespace hostile {
namespace {

constexpr std::size_t kPage = 4096;

// With arguments that the kernel refuses, should the call reach it.
template <long Call>
Outcome raw(const Target&) {
  return outcome(::syscall(Call, -1L, -1L, -1L, -1L, -1L, -1L));
}

Outcome executable_memory(const Target&) {
  void* page = ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return outcome(page == MAP_FAILED ? -1 : 0);
}
Outcome make_memory_executable(const Target&) {
  void* page = ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return outcome(::mprotect(page, kPage, PROT_READ | PROT_EXEC));
}
Outcome make_code_writable(const Target&) {
  const auto here = reinterpret_cast<std::uintptr_t>(&make_memory_executable) & ~(kPage - 1);
  return outcome(::mprotect(reinterpret_cast<void*>(here), kPage,  // NOLINT
                            PROT_READ | PROT_WRITE | PROT_EXEC));
}
Outcome shared_memory(const Target&) {
  void* page = ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return outcome(page == MAP_FAILED ? -1 : 0);
}
Outcome shared_segment(const Target&) {
  const long made = ::syscall(SYS_shmget, IPC_PRIVATE, kPage, 0600);
  if (made >= 0) ::syscall(SYS_shmctl, made, IPC_RMID, nullptr);
  return outcome(made);
}
Outcome message_queue(const Target&) {
  const long made = ::syscall(SYS_msgget, IPC_PRIVATE, 0600);
  if (made >= 0) ::syscall(SYS_msgctl, made, IPC_RMID, nullptr);
  return outcome(made);
}
Outcome semaphores(const Target&) {
  const long made = ::syscall(SYS_semget, IPC_PRIVATE, 1, 0600);
  if (made >= 0) ::syscall(SYS_semctl, made, 0, IPC_RMID, 0);
  return outcome(made);
}
Outcome executable_stack_for_all(const Target&) {
  return outcome(::personality(READ_IMPLIES_EXEC));
}
// Filters only ever add up, but what if one could be put in front?
Outcome lenient_filter(const Target&) {
  sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const sock_fprog program{1, &allow};
  return outcome(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}
Outcome watch_own_calls(const Target&) {
  sock_filter notify = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
  const sock_fprog program{1, &notify};
  return outcome(
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}
#if defined(__x86_64__)
Outcome x32_socket(const Target&) {
  return outcome(::syscall(0x40000000L | SYS_socket, 2, 1, 0));
}
Outcome i386_socket(const Target&) {
  int result = 0;
  asm volatile("int $0x80"  // NOLINT(hicpp-no-assembler)
               : "=a"(result)
               : "a"(359), "b"(2), "c"(1), "d"(0)
               : "memory");
  return result < 0 ? Outcome{-result, {}} : Outcome{0, std::to_string(result)};
}
#endif

constexpr Attempt kAttempts[] = {
    {"executable_memory", executable_memory, Walls::kEnd, "mmap", true},
    {"make_memory_executable", make_memory_executable, Walls::kEnd, "mprotect", true},
    {"make_code_writable", make_code_writable, Walls::kEnd, "mprotect", true},
    {"shared_memory", shared_memory, Walls::kEnd, "mmap", true},
    {"shared_segment", shared_segment, Walls::kEnd, "shmget", true},
    {"message_queue", message_queue, Walls::kEnd, "msgget", true},
    {"semaphores", semaphores, Walls::kEnd, "semget", true},
    {"executable_stack_for_all", executable_stack_for_all, Walls::kEnd, "personality", true},
    {"lenient_filter", lenient_filter, Walls::kEnd, "seccomp"},
    {"watch_own_calls", watch_own_calls, Walls::kEnd, "seccomp"},
#if defined(__x86_64__)
    {"x32_socket", x32_socket, Walls::kKill, ""},
    {"i386_socket", i386_socket, Walls::kKill, ""},
    {"port_access", raw<SYS_iopl>, Walls::kEnd, "iopl"},
    {"segment_base", raw<SYS_arch_prctl>, Walls::kEnd, "arch_prctl"},
#endif
    {"io_uring", raw<SYS_io_uring_setup>, Walls::kEnd, "io_uring_setup"},
    {"mount", raw<SYS_mount>, Walls::kEnd, "mount"},
    {"unmount", raw<SYS_umount2>, Walls::kEnd, "umount2"},
    {"change_root", raw<SYS_chroot>, Walls::kEnd, "chroot"},
    {"pivot_root", raw<SYS_pivot_root>, Walls::kEnd, "pivot_root"},
    {"unshare", raw<SYS_unshare>, Walls::kEnd, "unshare"},
    {"enter_namespace", raw<SYS_setns>, Walls::kEnd, "setns"},
    {"kernel_program", raw<SYS_bpf>, Walls::kEnd, "bpf"},
    {"performance_events", raw<SYS_perf_event_open>, Walls::kEnd, "perf_event_open"},
    {"keys", raw<SYS_keyctl>, Walls::kEnd, "keyctl"},
    {"add_key", raw<SYS_add_key>, Walls::kEnd, "add_key"},
    {"page_faults", raw<SYS_userfaultfd>, Walls::kEnd, "userfaultfd"},
    {"watch_all_files", raw<SYS_fanotify_init>, Walls::kEnd, "fanotify_init"},
    {"kernel_module", raw<SYS_init_module>, Walls::kEnd, "init_module"},
    {"kernel_module_file", raw<SYS_finit_module>, Walls::kEnd, "finit_module"},
    {"other_kernel", raw<SYS_kexec_load>, Walls::kEnd, "kexec_load"},
    {"reboot", raw<SYS_reboot>, Walls::kEnd, "reboot"},
    {"host_name", raw<SYS_sethostname>, Walls::kEnd, "sethostname"},
    {"set_clock", raw<SYS_clock_settime>, Walls::kEnd, "clock_settime"},
    {"swap", raw<SYS_swapon>, Walls::kEnd, "swapon"},
    {"priority", raw<SYS_setpriority>, Walls::kEnd, "setpriority"},
    {"scheduler", raw<SYS_sched_setscheduler>, Walls::kEnd, "sched_setscheduler"},
    {"lock_memory", raw<SYS_mlockall>, Walls::kEnd, "mlockall"},
    {"memory_of_keys", raw<SYS_pkey_mprotect>, Walls::kEnd, "pkey_mprotect"},
    {"asynchronous_io", raw<SYS_io_setup>, Walls::kEnd, "io_setup"},
    {"splice", raw<SYS_splice>, Walls::kEnd, "splice"},
    {"event_descriptor", raw<SYS_eventfd2>, Walls::kEnd, "eventfd2"},
    {"pipe", raw<SYS_pipe2>, Walls::kEnd, "pipe2"},
};

}  // namespace

std::span<const Attempt> kernel_attempts() {
  return kAttempts;
}

}  // namespace hostile
