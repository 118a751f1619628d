#pragma once
// What an examination of a hub found, one thing at a time.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace patchbay::doctor {

enum class Verdict : std::uint8_t {
  kGood,
  kNote,     // nothing wrong, but good to know
  kWarning,  // will become a problem, or concerns single accounts
  kProblem,  // the hub does not work, or not as it should
};
std::string_view to_string(Verdict verdict);  // "good", "note", "warning", "problem"

struct Finding {
  std::string_view area;  // "key", "database", "connectors", ...
  Verdict verdict = Verdict::kGood;
  std::string what;
  std::string remedy{};  // what to do; empty: nothing
};

// Takes findings as they come, so that whoever waits sees how far it is.
using Tell = std::function<void(const Finding&)>;

}  // namespace patchbay::doctor
