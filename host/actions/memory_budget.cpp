#include "actions/memory_budget.h"

#include <map>
#include <mutex>

#include "metrics/hub_counters.h"

namespace patchbay::actions {

struct MemoryBudget::State {
  explicit State(std::size_t bytes) : total(bytes), left(bytes) {}

  bool take(const std::string& project_id, std::size_t bytes) {
    const std::lock_guard lock(mutex);
    const auto found = by_project.find(project_id);
    const std::size_t had = found == by_project.end() ? 0 : found->second;
    if (bytes > left || had + bytes > total / 2) return false;
    left -= bytes;
    metrics::of_hub().file_memory.add(static_cast<std::int64_t>(bytes));
    by_project[project_id] = had + bytes;
    return true;
  }
  void give_back(const std::string& project_id, std::size_t bytes) {
    const std::lock_guard lock(mutex);
    left += bytes;
    metrics::of_hub().file_memory.add(-static_cast<std::int64_t>(bytes));
    const auto found = by_project.find(project_id);
    found->second -= bytes;
    if (found->second == 0) by_project.erase(found);
  }

  const std::size_t total;
  std::mutex mutex;  // guards what follows
  std::size_t left;
  std::map<std::string, std::size_t> by_project;
};

MemoryBudget::MemoryBudget(std::size_t total_bytes)
    : state_(std::make_shared<State>(total_bytes)) {}

std::shared_ptr<void> MemoryBudget::take(const std::string& project_id, std::size_t bytes) const {
  struct Taken {
    ~Taken() {
      if (state) state->give_back(project_id, bytes);
    }
    std::shared_ptr<State> state;
    std::string project_id;
    std::size_t bytes = 0;
  };
  auto taken = std::make_shared<Taken>();
  taken->project_id = project_id;
  taken->bytes = bytes;
  if (bytes > 0 && !state_->take(project_id, bytes)) return nullptr;
  if (bytes > 0) taken->state = state_;
  return taken;
}

}  // namespace patchbay::actions
