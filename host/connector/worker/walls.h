#pragma once
// The walls around a connector: what patchbay-worker gives up for good before foreign code runs.
//
//   limits      resource limits, no core, not dumpable, killed with its parent, no capabilities, no
//               new privileges
//   Landlock    no file, no TCP, no signal and no abstract socket outside, as far as the kernel has
//               it; Debian 12's own (6.1) knows files alone
//   seccomp     an allow-list of system calls, in two stages: while the library is mapped and its
//               constructors run, and a narrower one (no executable memory) from then on
//
// The first stage holds the line. The second is hardening: code that ran in a constructor may have
// changed this process so that it never comes, and has gained executable memory by that, which
// leaves the process no more than any other.
//
// The network, processes, other programs, signals,
// tracing, io_uring and files are out of reach from the first stage on, also where the kernel lacks
// Landlock. A call that is not on the list is reported to the hub (denied_calls.h); a mere probe
// (stat, open, uname, ...) is then answered with an error, everything else ends the process.
//
// Builds with sanitizers, whose run-time needs much of this, only deny network and exec.
#include <string>

namespace patchbay::connector::walls {

// Before the library is touched. `hub` is the parent's process id, `library` the descriptor that
// the loader may open by its path. What could not be raised, in words; empty: everything there is.
[[nodiscard]] std::string raise_limits(int hub);
[[nodiscard]] std::string raise_first(int socket);
// After it has been loaded.
[[nodiscard]] std::string raise_second(int socket);

// What stands, for the hub's log: "seccomp, landlock 7 (files, tcp, signals, abstract sockets)".
[[nodiscard]] std::string statement();

}  // namespace patchbay::connector::walls
