#pragma once
// The webhook endpoints of a project, as API and command line use them. Any loop. Every call names
// its project; what belongs to another project is kNotFound. Changes are recorded in the audit log
// first.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "accounts/services.h"
#include "store/webhook_deliveries_table.h"
#include "store/webhook_endpoints_table.h"

namespace patchbay::webhooks {

using net::Task;

struct EndpointWish {
  std::optional<std::string> url{};  // https, at most 2048 bytes
  std::optional<std::string> description{};
  std::optional<std::vector<std::string>> events{};  // kinds (message.h); none: all
  std::optional<bool> active{};
};

struct NewEndpoint {
  store::WebhookEndpoint endpoint;
  SecretString secret;  // shown once; the store keeps it sealed
};

class WebhookEndpoints {
 public:
  static constexpr std::size_t kMostOfAProject = 16;
  static constexpr std::int64_t kReplayDays = 30;  // what was given up since can be sent again
  static constexpr std::int64_t kOverlapMs = 24 * 3'600'000LL;

  explicit WebhookEndpoints(const accounts::Services& services) : services_(services) {}

  // kInvalidArgument names what is wrong; kConflict: there are kMostOfAProject.
  Task<Result<NewEndpoint>> create(std::string project_id, EndpointWish wish, audit::Asker who);
  Task<Result<std::vector<store::WebhookEndpoint>>> list(std::string project_id);
  Task<Result<store::WebhookEndpoint>> get(std::string project_id, std::string id);
  // Only what the wish holds. What waits is tried again at once.
  Task<Result<store::WebhookEndpoint>> change(std::string project_id, std::string id,
                                              EndpointWish wish, audit::Asker who);
  Task<Result<>> remove(std::string project_id, std::string id, audit::Asker who);

  // The secret before it stays good for kOverlapMs.
  Task<Result<SecretString>> rotate_secret(std::string project_id, std::string id,
                                           audit::Asker who);
  // Queues a message that says nothing, for this endpoint alone; its event.
  Task<Result<store::Event>> test(std::string project_id, std::string id);

  // Newest first, with a number below `before_seq` (0: all).
  Task<Result<std::vector<store::WebhookDelivery>>> deliveries(std::string project_id,
                                                               std::string id,
                                                               std::int64_t before_seq,
                                                               std::int64_t limit);
  // Sends one event again; kNotFound.
  Task<Result<>> replay(std::string project_id, std::string id, std::int64_t event_seq);
  // Sends again what was given up since then; how many.
  Task<Result<std::int64_t>> replay_given_up(std::string project_id, std::string id,
                                             std::int64_t since_ms);

 private:
  Result<> record(std::string_view kind, const std::string& project_id, const std::string& id,
                  const audit::Asker& who) const;
  Result<store::WebhookSecret> seal(const store::WebhookEndpoint& endpoint,
                                    const SecretString& secret) const;

  const accounts::Services& services_;
};

}  // namespace patchbay::webhooks
