#pragma once
// What this process knows about the health of each provider's host: its circuit breaker and its
// retry budget. Hosts that rest are forgotten.
//
// Any thread. The clock outlives it.
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "pacing/circuit.h"
#include "pacing/retry_budget.h"

namespace patchbay::pacing {

class ProviderTable {
 public:
  // One request that the circuit lets pass. What came of it is told once; it has come to no answer
  // when it is dropped before.
  class Passage {
   public:
    Passage(ProviderTable& table, std::string provider, std::uint64_t number)
        : table_(&table), provider_(std::move(provider)), number_(number) {}
    Passage(Passage&& other) noexcept
        : table_(std::exchange(other.table_, nullptr)),
          provider_(std::move(other.provider_)),
          number_(other.number_) {}
    Passage& operator=(Passage&&) = delete;
    ~Passage() { note(Circuit::Outcome::kUnknown); }
    void note(Circuit::Outcome outcome);

   private:
    ProviderTable* table_;  // null: told already
    std::string provider_;
    std::uint64_t number_;
  };
  struct Asked {
    std::optional<Passage> passage;  // none: nothing may be sent
    std::int64_t retry_after_ms = 0;
  };

  explicit ProviderTable(const Clock& clock) : clock_(clock) {}

  // `provider`: a name for logs, such as "acme api.acme.example".
  Asked ask(const std::string& provider);
  // A request is sent for the first time, and will spend from what it earned when it fails.
  void earn_retries(const std::string& provider);
  bool spend_retry(const std::string& provider);
  [[nodiscard]] std::size_t size() const;

  // A provider that is left alone, and for how long.
  struct Resting {
    std::string host;
    std::int64_t left_ms = 0;
  };
  // Of this connector, by host; nothing changes.
  [[nodiscard]] std::vector<Resting> resting(std::string_view connector_id) const;

 private:
  static constexpr std::size_t kFewest = 64;  // not worth looking through

  struct Health {
    Circuit circuit;
    RetryBudget retries;
  };
  Health& health(const std::string& provider, std::int64_t now);
  void note(const std::string& provider, std::uint64_t number, Circuit::Outcome outcome);

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Health> providers_;
  std::size_t sweep_at_ = kFewest;
};

}  // namespace patchbay::pacing
