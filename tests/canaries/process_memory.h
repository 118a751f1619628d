#pragma once
// The memory of another process, stopped while it is looked at. It must be a child that lets itself
// be looked at, or the caller root: hubs and workers let nobody else.
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace patchbay::canaries {

// A line of /proc/PID/maps.
struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  std::string line;
};

class ProcessMemory {
 public:
  // Throws when the process can't be stopped or looked at.
  explicit ProcessMemory(pid_t process);
  ~ProcessMemory();  // the process goes on
  ProcessMemory(const ProcessMemory&) = delete;
  ProcessMemory& operator=(const ProcessMemory&) = delete;

  // Everything that it can read, but for what the kernel lends it.
  [[nodiscard]] std::vector<Mapping> mappings() const;
  // As much as can be read; empty for a guard page, or beyond the end of a file.
  [[nodiscard]] std::string read(std::uintptr_t at, std::size_t size) const;

  // Whether this process may look at others at all.
  static bool may_look();

 private:
  pid_t process_;
  Fd memory_;
};

}  // namespace patchbay::canaries
