#pragma once
// Takes the events that providers send: proves the sender, keeps each event once with its payload
// sealed, and queues it for the project's webhook endpoints, all in one transaction. So what was
// answered with success is passed on, whatever happens to this process. What comes for a suspended
// account is kept and passed on when it is resumed (accounts/held_events.h): providers give up on
// an address that answers 404, and would not send again what changed meanwhile.
//
// Any loop. A wrong token, a wrong secret, an account that is unknown or gone, and a URL that was
// withdrawn are all the same to the sender.
#include <cstdint>
#include <optional>
#include <string>

#include "accounts/services.h"
#include "inbound/event_identity.h"
#include "net/headers.h"
#include "pacing/bucket_table.h"
#include "store/accounts_table.h"
#include "store/inbound_urls_table.h"

namespace patchbay::inbound {

using net::Task;

// An event as it came in. What it borrows outlives the task.
struct Received {
  std::string account_id;
  SecretString token;
  const net::Headers& headers;
  const SecretString& body;
};

class Receiver {
 public:
  static constexpr std::size_t kMaxBody = std::size_t{64} << 10U;
  // An account's; the oldest go.
  static constexpr std::int64_t kMostOfAccount = 10'000;
  // An account's events a second, and how many at once. Above it: kRateLimited.
  static constexpr double kPerSecond = 20;
  static constexpr double kAtOnce = 200;

  explicit Receiver(const accounts::Services& services) : services_(services) {}

  // Whether it is new. kNotFound: nobody who may send events there; kTooLarge and kInvalidArgument:
  // sending it again is of no use; anything else: it is, later.
  Task<Result<bool>> receive(Received received);

 private:
  struct Target {
    store::InboundUrl url;
    store::Account account;
  };
  // Nothing when none of it fits.
  static Result<std::optional<Target>> find_target(store::Database& db,
                                                   const std::string& account_id,
                                                   const std::string& token_hash,
                                                   std::int64_t now_ms);
  Task<Result<Target>> proved(const Received& received, const std::string& token_hash);
  Result<> take_turn(const std::string& account_id);
  Result<EventIdentity> identify_for(const store::Account& account, std::string_view body) const;
  Task<Result<bool>> keep(const Target& target, EventIdentity identity, const SecretString& body);

  const accounts::Services& services_;
  pacing::BucketTable turns_;
};

}  // namespace patchbay::inbound
