#pragma once
// How fast this process asks providers, and whether at all. A request is counted in the buckets of
// the manifest's rate limits, each the account's, the credential's or this process's own; it waits
// in line for them, for a bounded time and in a bounded line. Answers correct the buckets. Of a
// provider's host that fails most of the time, only single requests find out whether it is back.
//
// All of it is this process's alone: several hubs learn of one another through what the provider
// answers (docs/several-instances.md).
//
// Any thread. Clock outlives it; it outlives the loops on which requests wait.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "manifest/manifest.h"
#include "net/http_client.h"
#include "pacing/bucket_table.h"
#include "pacing/limit_changes.h"
#include "pacing/provider_table.h"

namespace patchbay::pacing {

using net::Task;

struct PaceOptions {
  // How long a call of an application may wait in line, all its tries together.
  std::chrono::milliseconds call_wait{5'000};
  // And a request of a connector that connects, renews or revokes. Shorter than what other
  // instances wait for a refresh (accounts/keeper_options.h).
  std::chrono::milliseconds flow_wait{15'000};
  // For one bucket, at once.
  std::size_t most_waiting = 1'000;
  LimitChanges limit_changes{};
  // False: the waiting coroutine was cancelled. Null: a timer. Tests move their clock here.
  std::function<Task<bool>(std::chrono::milliseconds)> sleep{};
};

// Whose request it is.
struct Subject {
  std::shared_ptr<const manifest::Manifest> manifest;
  std::string account{};     // its id; empty while there is none yet
  std::string credential{};  // the same text for the same credential; not secret
};

// What a request is counted for.
struct Target {
  std::string provider;  // connector and host
  std::string name;      // for people
  std::string host;
  std::vector<Counted> buckets;
};

// Target::provider; empty when the URL is none.
std::string provider_name(const manifest::Manifest& manifest, std::string_view url);

class Pace {
 public:
  explicit Pace(const Clock& clock, PaceOptions options = {});

  // A request that can't be sent anyway, because its URL is none, has no buckets.
  [[nodiscard]] Target target(const Subject& subject, const net::ClientRequest& request) const;

  // Until there is a token in each bucket, at most `patience`. Else a reply that says why not:
  // kRateLimited, kCancelled.
  Task<net::ClientReply> wait_in_line(const Target& target, std::chrono::milliseconds patience);
  // The provider answered, or nobody knows.
  void learn(const Target& target, const net::ClientReply& reply);
  // False when the wait was cancelled.
  [[nodiscard]] Task<bool> sleep(std::chrono::milliseconds time) const;

  [[nodiscard]] ProviderTable& providers() { return providers_; }
  [[nodiscard]] const BucketTable& buckets() const { return buckets_; }
  // How long a call, or a connector's request, may wait in line.
  [[nodiscard]] std::chrono::milliseconds call_wait() const { return call_wait_; }
  [[nodiscard]] std::chrono::milliseconds flow_wait() const { return options_.flow_wait; }
  // For calls that begin from now on; those under way keep what they began with.
  void let_calls_wait(std::chrono::milliseconds time) { call_wait_ = time; }
  [[nodiscard]] const Clock& clock() const { return clock_; }

 private:
  class Places;

  const Clock& clock_;
  const PaceOptions options_;
  BucketTable buckets_;
  ProviderTable providers_;
  std::atomic<std::chrono::milliseconds> call_wait_;
};

}  // namespace patchbay::pacing
