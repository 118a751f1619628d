#pragma once
// A number of something (bytes, streams) that the hub has in all, of which a project may have half
// at a time. Any thread.
#include <cstddef>
#include <memory>
#include <string>

#include "metrics/hub_counters.h"

namespace patchbay::actions {

class ProjectShares {
 public:
  // `taken` shows how many are, and outlives what is taken.
  ProjectShares(std::size_t total, metrics::Gauge& taken);

  // Given back when the last owner lets go of it, which may outlive the shares. Null: there is not
  // enough left for now, or the project would have more than half of all.
  [[nodiscard]] std::shared_ptr<void> take(const std::string& project_id, std::size_t amount) const;

  // Another total from now on. What was taken stays taken: where that is more, nothing is given
  // until enough of it is back.
  void resize(std::size_t total);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace patchbay::actions
