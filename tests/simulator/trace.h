#pragma once
// What happened in a simulation, line by line: a hash of all of it, by which two runs are compared,
// and the last lines, for whoever has to understand a violation. Lines hold ids of the model, no
// production secrets: there are none in a simulation.
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace patchbay::simulator {

class Trace {
 public:
  static constexpr std::size_t kLastLines = 60;

  void add(std::int64_t elapsed_ms, std::string_view line);
  // Cheap, for what is too frequent for a line: it counts for the hash alone.
  void count(std::uint64_t value);
  // Every line as it comes.
  void echo_to(std::function<void(std::string_view)> sink) { echo_ = std::move(sink); }

  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] const std::deque<std::string>& last() const { return last_; }

 private:
  std::uint64_t hash_ = 14695981039346656037U;  // FNV-1a
  std::uint64_t lines_ = 0;
  std::deque<std::string> last_;
  std::function<void(std::string_view)> echo_;
};

}  // namespace patchbay::simulator
