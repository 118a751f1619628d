#include "connector/worker/landlock.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "base/fd.h"

namespace patchbay::connector::walls {
namespace {

// Debian 12's kernel headers end at version 2; numbers from the kernel's
// include/uapi/linux/landlock.h.
constexpr long kCreateRuleset = 444;
constexpr long kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1;

struct RulesetAttributes {
  std::uint64_t files;
  std::uint64_t tcp;
  std::uint64_t scoped;
};

constexpr std::uint64_t first_bits(unsigned count) {
  return (std::uint64_t{1} << count) - 1;
}

// Which accesses on files a version can deny: version 1 has 13 kinds, 2 adds renaming across
// folders, 3 truncating, 5 ioctl on devices.
constexpr std::uint64_t file_accesses(int version) {
  if (version >= 5) return first_bits(16);
  if (version >= 3) return first_bits(15);
  return first_bits(version == 2 ? 14 : 13);
}

}  // namespace

int landlock_version() {
  const long version = ::syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  return version > 0 ? static_cast<int>(version) : 0;
}

bool deny_by_landlock(int version) {
  RulesetAttributes attributes{file_accesses(version), 0, 0};
  std::size_t size = offsetof(RulesetAttributes, tcp);
  if (version >= 4) {
    attributes.tcp = first_bits(2);  // bind, connect
    size = offsetof(RulesetAttributes, scoped);
  }
  if (version >= 6) {
    attributes.scoped = first_bits(2);  // abstract sockets, signals
    size = sizeof attributes;
  }
  const Fd ruleset(static_cast<int>(::syscall(kCreateRuleset, &attributes, size, 0)));
  return ruleset.valid() && ::syscall(kRestrictSelf, ruleset.get(), 0) == 0;
}

std::string landlock_covers(int version) {
  std::string covers = "files";
  if (version >= 4) covers += ", tcp";
  if (version >= 6) covers += ", signals, abstract sockets";
  return covers;
}

}  // namespace patchbay::connector::walls
