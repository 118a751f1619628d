#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "manifest/problem.h"

namespace patchbay::manifest {

// Collects what is wrong with a manifest, up to a limit.
class Report {
 public:
  static constexpr std::size_t kMax = 200;

  void add(std::string_view rule, std::string pointer, std::string message) {
    if (problems_.size() < kMax)
      problems_.push_back({std::string(rule), std::move(pointer), std::move(message)});
  }
  void add(Problems more) {
    for (auto& problem : more)
      if (problems_.size() < kMax) problems_.push_back(std::move(problem));
  }
  [[nodiscard]] bool empty() const { return problems_.empty(); }
  [[nodiscard]] Problems take() { return std::move(problems_); }

 private:
  Problems problems_;
};

}  // namespace patchbay::manifest
