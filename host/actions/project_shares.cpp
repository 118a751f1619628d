#include "actions/project_shares.h"

#include <map>
#include <mutex>

namespace patchbay::actions {

struct ProjectShares::State {
  State(std::size_t amount, metrics::Gauge& shown) : gauge(shown), total(amount) {}

  bool take(const std::string& project_id, std::size_t amount) {
    const std::lock_guard lock(mutex);
    const auto found = by_project.find(project_id);
    const std::size_t had = found == by_project.end() ? 0 : found->second;
    if (amount > total || taken > total - amount || had + amount > total / 2) return false;
    taken += amount;
    gauge.add(static_cast<std::int64_t>(amount));
    by_project[project_id] = had + amount;
    return true;
  }
  void give_back(const std::string& project_id, std::size_t amount) {
    const std::lock_guard lock(mutex);
    taken -= amount;
    gauge.add(-static_cast<std::int64_t>(amount));
    const auto found = by_project.find(project_id);
    found->second -= amount;
    if (found->second == 0) by_project.erase(found);
  }

  metrics::Gauge& gauge;
  std::mutex mutex;  // guards what follows
  std::size_t total;
  std::size_t taken = 0;
  std::map<std::string, std::size_t> by_project;
};

ProjectShares::ProjectShares(std::size_t total, metrics::Gauge& taken)
    : state_(std::make_shared<State>(total, taken)) {}

void ProjectShares::resize(std::size_t total) {
  const std::lock_guard lock(state_->mutex);
  state_->total = total;
}

std::shared_ptr<void> ProjectShares::take(const std::string& project_id, std::size_t amount) const {
  struct Taken {
    ~Taken() {
      if (state) state->give_back(project_id, amount);
    }
    std::shared_ptr<State> state;
    std::string project_id;
    std::size_t amount = 0;
  };
  auto taken = std::make_shared<Taken>();
  taken->project_id = project_id;
  taken->amount = amount;
  if (amount > 0 && !state_->take(project_id, amount)) return nullptr;
  if (amount > 0) taken->state = state_;
  return taken;
}

}  // namespace patchbay::actions
