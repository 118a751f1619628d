#include "metrics/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace patchbay::metrics {
namespace {

namespace fs = std::filesystem;

double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double value = 0;
    if (word == "btime" && file >> value) return value;
  }
  return 0;
}

}  // namespace

ProcessFigures read_process_figures() {
  ProcessFigures out;
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // The program's name, in parentheses, may hold blanks.
  if (const auto end = text.rfind(')'); end != std::string::npos) {
    std::istringstream fields(text.substr(end + 1));
    std::string skipped;
    const auto skip = [&](int count) {
      for (int i = 0; i < count; ++i) fields >> skipped;
    };
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    double user = 0;
    double kernel = 0;
    double since_boot = 0;
    std::int64_t pages = 0;
    skip(11);  // proc(5): state is field 3, utime 14
    fields >> user >> kernel;
    skip(4);
    fields >> out.threads;
    skip(1);
    fields >> since_boot >> out.virtual_bytes >> pages;
    out.cpu_seconds = (user + kernel) / ticks;
    out.started = boot_time() + since_boot / ticks;
    out.resident_bytes = pages * ::sysconf(_SC_PAGESIZE);
  }
  std::error_code error;
  for (fs::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error))
    ++out.open_files;
  if (out.open_files > 0) --out.open_files;  // the one that looked
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    out.most_files = static_cast<std::int64_t>(limit.rlim_cur);
  return out;
}

}  // namespace patchbay::metrics
