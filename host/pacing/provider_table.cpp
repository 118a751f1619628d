#include "pacing/provider_table.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "metrics/connector_counters.h"

namespace patchbay::pacing {

namespace {

metrics::ConnectorCounters& counters_of(std::string_view provider) {
  return metrics::of_connector(provider.substr(0, provider.find(' ')));
}

void count(std::string_view provider, Circuit::State before, Circuit::State after) {
  auto& counters = counters_of(provider);
  using enum Circuit::State;
  if (after == kOpen) counters.circuits_opened.add();
  if (before == kClosed) counters.circuits_open.add(1);
  if (after == kClosed) counters.circuits_open.add(-1);
}

// Before and after.
using Change = std::pair<Circuit::State, Circuit::State>;

void tell(const std::string& provider, const Change& change) {
  const auto [before, after] = change;
  if (before == after) return;
  count(provider, before, after);
  if (after == Circuit::State::kTrying) return;
  log::warning("pacing", after == Circuit::State::kOpen ? "circuit_opened" : "circuit_closed",
               {{"provider", provider}});
}

}  // namespace

void ProviderTable::Passage::note(Circuit::Outcome outcome) {
  if (auto* const table = std::exchange(table_, nullptr)) table->note(provider_, number_, outcome);
}

ProviderTable::Health& ProviderTable::health(const std::string& provider, std::int64_t now) {
  if (const auto found = providers_.find(provider); found != providers_.end()) return found->second;
  if (providers_.size() >= sweep_at_) {
    std::erase_if(providers_, [now](const auto& item) {
      const auto& circuit = item.second.circuit;
      if (!circuit.is_idle(now)) return false;
      if (circuit.state() != Circuit::State::kClosed) counters_of(item.first).circuits_open.add(-1);
      return true;
    });
    sweep_at_ = std::max(kFewest, 2 * providers_.size());
  }
  return providers_[provider];
}

ProviderTable::Asked ProviderTable::ask(const std::string& provider) {
  const auto now = clock_.uptime_ms();
  Change change;
  std::int64_t wait = 0;
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    auto& circuit = health(provider, now).circuit;
    const auto before = circuit.state();
    wait = circuit.ask(now);
    change = {before, circuit.state()};
    number = circuit.number();
  }
  tell(provider, change);
  if (wait > 0) return {std::nullopt, wait};
  return {Passage(*this, provider, number), 0};
}

void ProviderTable::note(const std::string& provider, std::uint64_t number,
                         Circuit::Outcome outcome) {
  const auto now = clock_.uptime_ms();
  Change change;
  {
    const std::lock_guard lock(mutex_);
    auto& circuit = health(provider, now).circuit;
    const auto before = circuit.state();
    circuit.note(outcome, number, now);
    change = {before, circuit.state()};
  }
  tell(provider, change);
}

void ProviderTable::earn_retries(const std::string& provider) {
  const std::lock_guard lock(mutex_);
  health(provider, clock_.uptime_ms()).retries.earn();
}

bool ProviderTable::spend_retry(const std::string& provider) {
  const std::lock_guard lock(mutex_);
  return health(provider, clock_.uptime_ms()).retries.spend();
}

std::size_t ProviderTable::size() const {
  const std::lock_guard lock(mutex_);
  return providers_.size();
}

std::vector<ProviderTable::Resting> ProviderTable::resting(std::string_view connector_id) const {
  const auto now = clock_.uptime_ms();
  const std::string first = std::string(connector_id) + " ";
  std::vector<Resting> found;
  const std::lock_guard lock(mutex_);
  for (auto at = providers_.lower_bound(first);
       at != providers_.end() && at->first.starts_with(first); ++at) {
    const auto left = at->second.circuit.pause_left(now);
    if (left > 0) found.push_back({at->first.substr(first.size()), left});
  }
  return found;
}

}  // namespace patchbay::pacing
