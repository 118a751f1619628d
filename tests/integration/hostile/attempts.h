#pragma once
// Ways out that a hostile connector may try, one function each. escape.so performs them behind the
// walls of a worker; the tests perform the provable ones without walls, too, to see that they would
// have worked.
#include <cerrno>
#include <span>
#include <string>
#include <string_view>

namespace hostile {

// What there is to be reached: all of it belongs to the test.
struct Target {
  int hub = 0;         // process id
  int tcp_port = 0;    // of loopback, listening
  int udp_port = 0;    // likewise
  std::string folder;  // holds "secret", "victim" and the listening socket "socket"
  std::string abstract_name;
};

struct Outcome {
  int error = 0;         // errno; 0: it worked
  std::string evidence;  // what was got out of it
};

inline Outcome outcome(long result) {
  return result < 0 ? Outcome{errno, {}} : Outcome{0, std::to_string(result)};
}

// What the walls make of it.
enum class Walls {
  kEnd,     // the call is reported, the worker ends
  kAnswer,  // the call is reported and answered with EACCES
  kKill,    // the kernel kills at once: foreign calling conventions, blocked report
  kAllow,   // nothing to be had by it
};

struct Attempt {
  std::string_view name;
  Outcome (*run)(const Target& target);
  Walls walls = Walls::kEnd;
  std::string_view denied;  // the system call that is reported
  bool provable = false;    // works without walls, as any user, and harms nothing
};

std::span<const Attempt> network_attempts();
std::span<const Attempt> file_attempts();
std::span<const Attempt> process_attempts();
std::span<const Attempt> kernel_attempts();

inline const Attempt* find_attempt(std::string_view name) {
  for (const auto list :
       {network_attempts(), file_attempts(), process_attempts(), kernel_attempts()})
    for (const auto& attempt : list)
      if (attempt.name == name) return &attempt;
  return nullptr;
}

}  // namespace hostile
