#pragma once
// Runs a piece of work in a child process, so that a connector that crashes, exits or hangs costs a
// finding and not the tool. For programs that have no other threads yet.
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "conformance/finding.h"

namespace patchbay::conformance {

// What the work tells while it runs: which exchange is next, so that its end can be put down to it.
class Progress {
 public:
  virtual ~Progress() = default;
  // False: this one brought the process down the last time; leave it out.
  virtual bool begins(std::uint32_t number, const std::string& exchange) = 0;
};

struct IsolatedWork {
  std::function<void(Findings&, Progress&)> run;
  std::chrono::milliseconds call_limit{2'000};  // between two calls of begins()
};

// Runs it until it has come to its end, starting again behind every exchange that ended the process
// (at most kMostDeaths times). Returns how many exchanges were begun.
inline constexpr unsigned kMostDeaths = 3;
std::uint64_t run_isolated(const IsolatedWork& work, Findings& findings);

}  // namespace patchbay::conformance
