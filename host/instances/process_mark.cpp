#include "instances/process_mark.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

namespace patchbay::instances {
namespace {

constexpr int kStartTime = 22;  // field of /proc/PID/stat, proc(5)
constexpr int kAfterName = 3;

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// The name before it may hold blanks and parentheses.
std::string start_time(pid_t pid) {
  const auto stat = first_line("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(stat.substr(name_end + 1));
  std::string field;
  for (int i = kAfterName; i <= kStartTime; ++i) fields >> field;
  return fields ? field : std::string();
}

// Boot and pid namespace: where pids can be compared. Empty when it can't be told.
std::string place() {
  std::array<char, 64> name{};
  const auto length = ::readlink("/proc/self/ns/pid", name.data(), name.size());
  const auto boot = first_line("/proc/sys/kernel/random/boot_id");
  if (length <= 0 || boot.empty()) return {};
  return boot + "/" + std::string(name.data(), static_cast<std::size_t>(length));
}

}  // namespace

std::string mark_of_this_process() {
  const auto where = place();
  const auto started = start_time(::getpid());
  if (where.empty() || started.empty()) return {};
  return where + "/" + std::to_string(::getpid()) + "/" + started;
}

bool has_ended(std::string_view mark) {
  const auto last = mark.rfind('/');
  const auto before = last == std::string_view::npos ? last : mark.rfind('/', last - 1);
  if (before == std::string_view::npos || mark.substr(0, before) != place()) return false;
  pid_t pid = 0;
  const auto number = mark.substr(before + 1, last - before - 1);
  if (std::from_chars(number.data(), number.data() + number.size(), pid).ec != std::errc{} ||
      pid <= 0)
    return false;
  if (::kill(pid, 0) != 0) return errno == ESRCH;
  const auto started = start_time(pid);
  return !started.empty() && started != mark.substr(last + 1);
}

}  // namespace patchbay::instances
