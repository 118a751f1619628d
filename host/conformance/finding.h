#pragma once
// What the conformance tool has found: which rule was broken, in which exchange first, how often.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::conformance {

struct Finding {
  std::string rule;      // "ABI-042" (plugin_api/abi.md) or "manifest:text_missing"
  std::string exchange;  // where it showed first: "connect oauth, 429, cancelled at step 2"
  std::string what;      // what is wrong and what to change, in sentences
  std::size_t times = 1;
};

// One entry for each rule and fault; later ones of the same kind are counted.
class Findings {
 public:
  void add(std::string_view rule, std::string_view exchange, std::string_view what);
  void add(const Finding& finding);
  // What an author should know and is no fault: it does not count.
  void remark(std::string what);
  [[nodiscard]] const std::vector<Finding>& all() const { return all_; }
  [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }
  [[nodiscard]] bool has(std::string_view rule) const;

 private:
  std::vector<Finding> all_;
  std::vector<std::string> remarks_;
};

// How findings travel from an isolated process to the one that asked.
std::string to_json(const Findings& findings);
void add_from_json(std::string_view json, Findings& into);

}  // namespace patchbay::conformance
