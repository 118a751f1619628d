#include "inbound/receiver.h"

#include "accounts/held_events.h"
#include "base/hash.h"
#include "store/provider_events_table.h"

namespace patchbay::inbound {
namespace {

namespace events = store::provider_events_table;

constexpr std::int64_t kTrimEvery = 64;

Error not_there() {
  return make_error(ErrorCode::kNotFound, "There is nothing at this address.");
}

bool brings_secret(const net::Headers& headers, const store::InboundUrl& url) {
  const auto value = headers.get(url.secret_header);
  return headers.count(url.secret_header) == 1 &&
         constant_time_equal(sha256_hex(*value), url.secret_hash);
}

pacing::Counted turn_of(const std::string& account_id) {
  static const manifest::RateLimit none{};
  pacing::Limit limit(none);
  limit.rate = {.capacity = Receiver::kAtOnce, .per_ms = Receiver::kPerSecond / 1000};
  return {pacing::bucket_key({"inbound", account_id}), limit};
}

// False: it was there.
Result<bool> insert(store::Database& db, const store::Account& account,
                    store::ProviderEvent event) {
  PATCHBAY_TRY_ASSIGN(const auto seq, events::insert(db, event));
  if (!seq) return false;
  event.seq = *seq;
  if (account.status == store::AccountStatus::kInactive) {
    // Whoever resumes it at this moment tells of this event, too, or makes this one be tried again.
    PATCHBAY_TRY(store::accounts_table::lock(db, account.id));
  } else {
    PATCHBAY_TRY(accounts::tell_of(db, account, event, event.received));
  }
  if (*seq % kTrimEvery == 0) PATCHBAY_TRY(events::trim(db, account.id, Receiver::kMostOfAccount));
  return true;
}

}  // namespace

Result<std::optional<Receiver::Target>> Receiver::find_target(store::Database& db,
                                                              const std::string& account_id,
                                                              const std::string& token_hash,
                                                              std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(auto url, store::inbound_urls_table::find(db, token_hash, now_ms));
  if (!url || url->account_id != account_id) return std::optional<Target>();
  PATCHBAY_TRY_ASSIGN(auto account,
                      store::accounts_table::find(db, url->project_id, url->account_id));
  if (!account) return std::optional<Target>();
  return std::optional(Target{*std::move(url), *std::move(account)});
}

Task<Result<Receiver::Target>> Receiver::proved(const Received& received,
                                                const std::string& token_hash) {
  PATCHBAY_CO_TRY_ASSIGN(
      auto target, co_await services_.store.read(
                       [id = received.account_id, token_hash, now = services_.clock.unix_ms()](
                           store::Database& db) { return find_target(db, id, token_hash, now); }));
  if (!target || !brings_secret(received.headers, target->url)) co_return not_there();
  co_return *std::move(target);
}

Result<> Receiver::take_turn(const std::string& account_id) {
  const auto offer = turns_.take(turn_of(account_id), {}, services_.clock.unix_ms());
  if (offer.granted) return {};
  Error error = make_error(ErrorCode::kRateLimited, "Too many events at once. Send them later.");
  error.retry_after_ms = offer.wait_ms;
  return error;
}

Result<EventIdentity> Receiver::identify_for(const store::Account& account,
                                             std::string_view body) const {
  if (body.size() > kMaxBody)
    return make_error(ErrorCode::kTooLarge, "An event may have 64 KiB at most.");
  const auto connector = services_.registry.find(account.connector_id);
  if (!connector || !connector->manifest || !connector->manifest->inbound_events)
    return make_error(ErrorCode::kUnavailable, "The account's connector is missing at the moment.");
  return identify(*connector->manifest->inbound_events, body);
}

Task<Result<bool>> Receiver::receive(Received received) {
  const std::string token_hash = sha256_hex(received.token.reveal());
  PATCHBAY_CO_TRY_ASSIGN(const auto target, co_await proved(received, token_hash));
  PATCHBAY_CO_TRY(take_turn(target.account.id));
  PATCHBAY_CO_TRY_ASSIGN(auto identity, identify_for(target.account, received.body.reveal()));
  co_return co_await keep(target, std::move(identity), received.body);
}

Task<Result<bool>> Receiver::keep(const Target& target, EventIdentity identity,
                                  const SecretString& body) {
  store::ProviderEvent event;
  event.id = services_.random.id("pev_");
  event.project_id = target.account.project_id;
  event.account_id = target.account.id;
  event.identity = std::move(identity.identity);
  event.type = std::move(identity.type);
  event.received = services_.clock.unix_ms();
  PATCHBAY_CO_TRY_ASSIGN(event.sealed,
                         services_.vault.seal(body, {store::kProviderEventsTable, event.project_id,
                                                     event.id, "payload", 0}));
  co_return co_await services_.store.transact(
      [event, token_hash = target.url.token_hash](store::Database& db) -> Result<bool> {
        // It may have been withdrawn, and the account suspended or unlinked, in between.
        PATCHBAY_TRY_ASSIGN(const auto still,
                            find_target(db, event.account_id, token_hash, event.received));
        if (!still) return not_there();
        return insert(db, still->account, event);
      });
}

}  // namespace patchbay::inbound
