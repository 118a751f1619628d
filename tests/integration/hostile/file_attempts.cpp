// Reaching files, those of procfs included, and what was left in the process.
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "attempts.h"

extern char** environ;

namespace hostile {
namespace {

Outcome read_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY);
  if (fd < 0) return outcome(fd);
  std::array<char, 256> bytes{};
  const auto got = ::read(fd, bytes.data(), bytes.size());
  if (got < 0) return outcome(got);
  return {0, std::string(bytes.data(), static_cast<std::size_t>(got))};
}

std::string of_hub(const Target& target, const char* file) {
  return "/proc/" + std::to_string(target.hub) + "/" + file;
}

Outcome read_secret(const Target& target) {
  return read_file(target.folder + "/secret");
}
Outcome read_secret_openat2(const Target& target) {
  const std::array<std::uint64_t, 3> how{O_RDONLY, 0, 0};
  return outcome(::syscall(SYS_openat2, AT_FDCWD, (target.folder + "/secret").c_str(), how.data(),
                           sizeof how));
}
Outcome read_home(const Target&) {
  return read_file("/root/.profile");
}
Outcome read_passwords(const Target&) {
  return read_file("/etc/passwd");
}
Outcome hub_memory(const Target& target) {
  return outcome(::open(of_hub(target, "mem").c_str(), O_RDWR));
}
Outcome hub_environment(const Target& target) {
  return read_file(of_hub(target, "environ"));
}
Outcome hub_descriptor(const Target& target) {
  return outcome(::open(of_hub(target, "fd/3").c_str(), O_RDONLY));
}
Outcome own_memory(const Target&) {
  return outcome(::open("/proc/self/mem", O_RDWR));
}
Outcome own_environment_file(const Target&) {
  return read_file("/proc/self/environ");
}
Outcome own_environment(const Target&) {
  if (environ != nullptr && *environ != nullptr) return {0, *environ};
  return ::getenv("PATH") != nullptr ? Outcome{0, "PATH"} : Outcome{ENOENT, {}};
}
Outcome write_file(const Target& target) {
  return outcome(::open((target.folder + "/made").c_str(), O_WRONLY | O_CREAT, 0600));
}
Outcome write_anonymous_file(const Target& target) {
  return outcome(::open(target.folder.c_str(), O_RDWR | O_TMPFILE, 0600));
}
Outcome unlink_file(const Target& target) {
  return outcome(::unlink((target.folder + "/victim").c_str()));
}
Outcome rename_file(const Target& target) {
  return outcome(::rename((target.folder + "/victim").c_str(), (target.folder + "/made").c_str()));
}
Outcome truncate_file(const Target& target) {
  return outcome(::truncate((target.folder + "/victim").c_str(), 0));
}
Outcome chmod_file(const Target& target) {
  return outcome(::chmod((target.folder + "/victim").c_str(), 04777));
}
Outcome make_folder(const Target& target) {
  return outcome(::mkdir((target.folder + "/made").c_str(), 0700));
}
Outcome make_link(const Target& target) {
  return outcome(::symlink("/etc/passwd", (target.folder + "/made").c_str()));
}
Outcome make_node(const Target& target) {
  return outcome(::mknod((target.folder + "/made").c_str(), S_IFIFO | 0600, 0));
}
Outcome list_root(const Target&) {
  DIR* folder = ::opendir("/");
  if (folder == nullptr) return outcome(-1);
  const auto* entry = ::readdir(folder);
  return {0, entry != nullptr ? entry->d_name : ""};
}
Outcome raw_getdents(const Target&) {
  std::array<char, 512> bytes{};
  return outcome(::syscall(SYS_getdents64, 0, bytes.data(), bytes.size()));
}
Outcome own_program(const Target&) {
  std::array<char, 512> bytes{};
  const auto got = ::readlink("/proc/self/exe", bytes.data(), bytes.size());
  if (got < 0) return outcome(got);
  return {0, std::string(bytes.data(), static_cast<std::size_t>(got))};
}
Outcome stat_file(const Target& target) {
  struct stat info{};
  return outcome(::stat((target.folder + "/secret").c_str(), &info));
}
Outcome access_file(const Target& target) {
  return outcome(::access((target.folder + "/secret").c_str(), R_OK));
}
Outcome stat_file_system(const Target&) {
  struct statfs info{};
  return outcome(::statfs("/", &info));
}
Outcome change_folder(const Target& target) {
  return outcome(::chdir(target.folder.c_str()));
}
Outcome kernel_log(const Target&) {
  return outcome(::open("/dev/kmsg", O_WRONLY));
}
Outcome terminal(const Target&) {
  return outcome(::open("/dev/tty", O_RDWR));
}
Outcome physical_memory(const Target&) {
  return outcome(::open("/dev/mem", O_RDWR));
}
Outcome shared_memory_file(const Target& target) {
  const auto name = "/patchbay-hostile-" + std::to_string(target.hub);
  const int fd = ::shm_open(name.c_str(), O_RDWR | O_CREAT, 0600);
  if (fd >= 0) ::shm_unlink(name.c_str());
  return outcome(fd);
}
Outcome watch_files(const Target&) {
  return outcome(::inotify_init1(0));
}
Outcome file_handle(const Target& target) {
  return outcome(::syscall(SYS_open_by_handle_at, AT_FDCWD, target.folder.c_str(), O_RDONLY));
}

// Descriptors that somebody left open, 0 to 2 and the socket apart.
Outcome leaked_descriptors(const Target&) {
  for (int fd = 4; fd < 1024; ++fd)
    if (::fcntl(fd, F_GETFD) >= 0) return {0, "descriptor " + std::to_string(fd)};
  return {EBADF, {}};
}
Outcome read_standard_input(const Target&) {
  char byte = 0;
  return outcome(::read(0, &byte, 1));
}
Outcome replace_the_socket(const Target&) {
  return outcome(::dup2(0, 3));
}
Outcome close_the_socket(const Target&) {
  return outcome(::close(3));
}
Outcome close_all(const Target&) {
  return outcome(::syscall(SYS_close_range, 4, ~0U, 0));
}
Outcome control_standard_output(const Target&) {
  return outcome(::syscall(SYS_ioctl, 1, 0x5412, "x"));  // TIOCSTI: typing for somebody
}

constexpr Attempt kAttempts[] = {
    {"read_secret", read_secret, Walls::kAnswer, "openat", true},
    {"read_secret_openat2", read_secret_openat2, Walls::kAnswer, "openat2", true},
    {"read_home", read_home, Walls::kAnswer, "openat"},
    {"read_passwords", read_passwords, Walls::kAnswer, "openat", true},
    {"hub_memory", hub_memory, Walls::kAnswer, "openat", true},
    {"hub_environment", hub_environment, Walls::kAnswer, "openat", true},
    {"hub_descriptor", hub_descriptor, Walls::kAnswer, "openat"},
    {"own_memory", own_memory, Walls::kAnswer, "openat", true},
    {"own_environment_file", own_environment_file, Walls::kAnswer, "openat", true},
    {"own_environment", own_environment, Walls::kAllow, "", true},
    {"write_file", write_file, Walls::kAnswer, "openat", true},
    {"write_anonymous_file", write_anonymous_file, Walls::kAnswer, "openat"},
    {"unlink_file", unlink_file, Walls::kEnd, "unlink", true},
    {"rename_file", rename_file, Walls::kEnd, "rename", true},
    {"truncate_file", truncate_file, Walls::kEnd, "truncate", true},
    {"chmod_file", chmod_file, Walls::kEnd, "chmod", true},
    {"make_folder", make_folder, Walls::kEnd, "mkdir", true},
    {"make_link", make_link, Walls::kEnd, "symlink", true},
    {"make_node", make_node, Walls::kEnd, "mknodat", true},
    {"list_root", list_root, Walls::kAnswer, "openat", true},
    {"raw_getdents", raw_getdents, Walls::kAnswer, "getdents64"},
    {"own_program", own_program, Walls::kAnswer, "readlink", true},
    {"stat_file", stat_file, Walls::kAnswer, "newfstatat", true},
    {"access_file", access_file, Walls::kAnswer, "access", true},
    {"stat_file_system", stat_file_system, Walls::kAnswer, "statfs", true},
    {"change_folder", change_folder, Walls::kEnd, "chdir", true},
    {"kernel_log", kernel_log, Walls::kAnswer, "openat"},
    {"terminal", terminal, Walls::kAnswer, "openat"},
    {"physical_memory", physical_memory, Walls::kAnswer, "openat"},
    {"shared_memory_file", shared_memory_file, Walls::kAnswer, "openat", true},
    {"watch_files", watch_files, Walls::kEnd, "inotify_init1", true},
    {"file_handle", file_handle, Walls::kEnd, "open_by_handle_at"},
    {"leaked_descriptors", leaked_descriptors, Walls::kAllow, "", true},
    {"read_standard_input", read_standard_input, Walls::kEnd, "read"},
    {"replace_the_socket", replace_the_socket, Walls::kEnd, "dup2", true},
    {"close_the_socket", close_the_socket, Walls::kEnd, "close", true},
    {"close_all", close_all, Walls::kEnd, "close_range"},
    {"control_standard_output", control_standard_output, Walls::kAnswer, "ioctl"},
};

}  // namespace

std::span<const Attempt> file_attempts() {
  return kAttempts;
}

}  // namespace hostile
