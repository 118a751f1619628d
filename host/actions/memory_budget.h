#pragma once
// How much memory large inputs and answers of actions may take at a time. Files travel within
// JSON, as base64, and stand in memory several times over while they do; without a bound, a few
// callers could take all there is. Any thread.
#include <cstddef>
#include <memory>
#include <string>

#include "actions/project_shares.h"

namespace patchbay::actions {

class MemoryBudget {
 public:
  // What is kept of a file in the worst moment, per byte of the body it came in: its JSON as text
  // and read, the bytes themselves, and the body they are sent in.
  static constexpr std::size_t kCopies = 5;

  explicit MemoryBudget(std::size_t total_bytes)
      : bytes_(total_bytes, metrics::of_hub().file_memory) {}

  // As ProjectShares::take().
  [[nodiscard]] std::shared_ptr<void> take(const std::string& project_id, std::size_t bytes) const {
    return bytes_.take(project_id, bytes);
  }
  // As ProjectShares::resize().
  void resize(std::size_t total_bytes) { bytes_.resize(total_bytes); }

 private:
  ProjectShares bytes_;
};

}  // namespace patchbay::actions
