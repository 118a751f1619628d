#include "webhooks/deliverer.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <vector>

#include "base/log.h"
#include "metrics/hub_counters.h"
#include "net/url.h"
#include "net/wait_all.h"
#include "store/provider_events_table.h"
#include "store/webhook_deliveries_table.h"
#include "store/webhook_endpoints_table.h"
#include "webhooks/message.h"
#include "webhooks/signature.h"

namespace patchbay::webhooks {
namespace {

namespace asio = net::asio;
namespace endpoints = store::webhook_endpoints_table;
namespace deliveries = store::webhook_deliveries_table;
using store::DeliveryState;
using store::WebhookDelivery;
using store::WebhookEndpoint;

constexpr std::int64_t kAtOnce = 16;
constexpr int kInARow = 50;  // then others have their turn
constexpr std::int64_t kPruneEveryMs = 3'600'000;
constexpr std::size_t kMaxError = 300;

// How long after the n-th refusal in a row, in seconds; the last one again and again.
constexpr std::array<std::int64_t, 9> kWaits = {5, 15, 60, 300, 900, 1'800, 3'600, 7'200, 14'400};

std::int64_t back_off_ms(std::int64_t attempts, double unit) {
  const auto step = static_cast<std::size_t>(
      std::clamp<std::int64_t>(attempts, 0, std::int64_t{kWaits.size()} - 1));
  const auto wait = kWaits[step] * 1000;
  return wait + static_cast<std::int64_t>(unit * 0.2 * static_cast<double>(wait));
}

// What an endpoint is told next, and with what it is signed.
struct NextMessage {
  std::optional<WebhookDelivery> delivery;
  std::vector<store::WebhookSecret> secrets;
  std::optional<store::ProviderEvent> provider_event;  // that it tells of
};

Result<NextMessage> read_next(store::Database& db, const std::string& endpoint_id,
                              std::int64_t now_ms) {
  NextMessage next;
  PATCHBAY_TRY_ASSIGN(next.delivery, deliveries::next(db, endpoint_id));
  if (next.delivery) {
    PATCHBAY_TRY_ASSIGN(next.secrets, endpoints::secrets(db, endpoint_id, now_ms));
    if (next.delivery->event.kind == store::kProviderEventKind) {
      PATCHBAY_TRY_ASSIGN(next.provider_event, store::provider_events_table::find_by_event(
                                                   db, next.delivery->event.seq));
    }
  }
  return next;
}

}  // namespace

struct Deliverer::Impl : std::enable_shared_from_this<Impl> {
  Impl(const accounts::Services& s, DelivererOptions o)
      : services(s), options(std::move(o)), timer(s.loops.loop(0)) {}

  const accounts::Services& services;
  const DelivererOptions options;
  asio::steady_timer timer;    // loop 0
  bool running = false;        // loop 0
  std::int64_t pruned_at = 0;  // loop 0

  [[nodiscard]] std::int64_t now() const { return services.clock.unix_ms(); }
  // Longer than one attempt can take; renewed with each.
  [[nodiscard]] std::int64_t claim_until() const {
    return now() + 2 * options.answer_within.count() + 30'000;
  }

  Result<std::vector<SecretString>> open(const std::vector<store::WebhookSecret>& rows) const {
    std::vector<SecretString> secrets;
    for (const auto& row : rows) {
      PATCHBAY_TRY_ASSIGN(
          auto secret, services.vault.open(row.sealed, {store::kWebhookSecretsTable, row.project_id,
                                                        row.id, "secret", 0}));
      secrets.push_back(std::move(secret));
    }
    if (secrets.empty())
      return make_error(ErrorCode::kInternal, "the webhook has no secret to sign with");
    return secrets;
  }

  Task<SecretString> reconnect_link(const store::Event& event) {
    if (event.kind != "account.error" || !options.reconnect_link) co_return SecretString();
    auto link = co_await options.reconnect_link(event.project_id, event.account_id);
    co_return link ? *std::move(link) : SecretString();
  }

  // Empty when its time is over; then the message goes without.
  Result<SecretString> open(const std::optional<store::ProviderEvent>& row) const {
    if (!row) return SecretString();
    return services.vault.open(
        row->sealed, {store::kProviderEventsTable, row->project_id, row->id, "payload", 0});
  }

  Task<Result<net::ClientReply>> send(const WebhookEndpoint& endpoint, const NextMessage& next) {
    const store::Event& event = next.delivery->event;
    PATCHBAY_CO_TRY_ASSIGN(const auto secrets, open(next.secrets));
    Enclosed enclosed;
    PATCHBAY_CO_TRY_ASSIGN(enclosed.provider_payload, open(next.provider_event));
    enclosed.reconnect_url = co_await reconnect_link(event);
    net::ClientRequest request;
    request.method = "POST";
    request.url = endpoint.url;
    request.secret = true;
    request.max_answer_bytes = std::size_t{64} << 10U;
    request.repeatable = true;
    if (const auto url = net::parse_url(endpoint.url)) request.allowed_hosts = {url->host};
    request.body = message_of(event, enclosed, now());
    request.headers.set("Content-Type", "application/json");
    sign(request.headers, secrets, message_id(event), now() / 1000, request.body.reveal());
    co_return co_await services.http[0]->send(std::move(request), options.answer_within);
  }

  // What the attempt says of delivery and endpoint; true: the next may go.
  bool judge(const Result<net::ClientReply>& reply, WebhookDelivery& delivery,
             WebhookEndpoint& endpoint) {
    const bool answered = reply && reply->ok();
    delivery.last_status = endpoint.last_status = answered ? std::int64_t{reply->status} : 0;
    const bool taken = answered && reply->status >= 200 && reply->status <= 299;
    metrics::of_hub().deliveries.add(taken ? metrics::Delivered::kTaken
                                           : metrics::Delivered::kNotTaken);
    std::string why;
    if (!reply)
      why = reply.error().message;
    else if (!answered)
      why = reply->message;
    else if (!taken)
      why = "answered with status " + std::to_string(reply->status);
    why.resize(std::min(why.size(), kMaxError));
    delivery.last_error = endpoint.last_error = why;
    if (taken) {
      delivery.state = DeliveryState::kDelivered;
      delivery.finished = now();
      endpoint.failing_since = endpoint.next_attempt = 0;
      return true;
    }
    if (endpoint.failing_since == 0) endpoint.failing_since = now();
    endpoint.next_attempt = now() + back_off_ms(delivery.attempts, services.random.unit());
    if (answered && reply->status == 410) endpoint.active = false;
    log::warning("webhook", "not_taken",
                 {{"endpoint", endpoint.id},
                  {"event", delivery.event.seq},
                  {"status", delivery.last_status},
                  {"error", why},
                  {"active", endpoint.active}});
    return false;
  }

  // One event; false: the turn is over.
  Task<Result<bool>> deliver_next(WebhookEndpoint& endpoint, std::int64_t& claim) {
    auto next = co_await services.store.read(
        [id = endpoint.id, now = now()](store::Database& db) { return read_next(db, id, now); });
    if (!next) co_return next.error();
    if (!next->delivery) co_return false;
    WebhookDelivery& delivery = *next->delivery;
    const Result<net::ClientReply> reply = co_await send(endpoint, *next);
    const bool go_on = judge(reply, delivery, endpoint);
    auto kept = co_await services.store.transact(
        [this, endpoint, delivery, claim, until = claim_until()](store::Database& db) {
          return keep(db, endpoint, delivery, claim, until);
        });
    if (!kept) co_return kept.error();
    claim = *kept;
    co_return go_on&& claim != 0;
  }

  // The claim from now on; 0: it is somebody else's, whose outcome counts.
  Result<std::int64_t> keep(store::Database& db, const WebhookEndpoint& endpoint,
                            const WebhookDelivery& delivery, std::int64_t claim,
                            std::int64_t until) const {
    PATCHBAY_TRY_ASSIGN(const bool ours, endpoints::renew_claim(db, endpoint.id, claim, until));
    if (!ours) return 0;
    PATCHBAY_TRY(deliveries::record(db, endpoint.id, delivery));
    if (delivery.state == DeliveryState::kWaiting)
      PATCHBAY_TRY(deliveries::give_up(db, endpoint.id, now() - options.give_up_after_ms, now()));
    return until;
  }

  Task<> serve(WebhookEndpoint endpoint) {
    std::int64_t claim = endpoint.claimed_until;
    Result<bool> more = true;
    for (int i = 0; i < kInARow && more && *more; ++i)
      more = co_await deliver_next(endpoint, claim);
    if (!more) log::error("webhook", "store", {{"error", more.error().message}});
    if (claim == 0) co_return;
    const auto ended = co_await services.store.transact([endpoint, claim](store::Database& db) {
      return endpoints::end_claim(db, endpoint, claim);
    });
    if (!ended) log::error("webhook", "store", {{"error", ended.error().message}});
  }

  Task<Result<std::vector<WebhookEndpoint>>> claim_due() {
    co_return co_await services.store.transact(
        [now = now(), until = claim_until()](store::Database& db) {
          return endpoints::claim_due(db, now, until, kAtOnce);
        });
  }

  Task<> prune() {
    if (now() - pruned_at < kPruneEveryMs) co_return;
    pruned_at = now();
    (void)co_await services.store.transact([before = now() - options.keep_ms](store::Database& db) {
      return deliveries::prune(db, before);
    });
  }

  // Endpoints are served side by side, so that a slow one holds up nobody else.
  static Task<> loop(std::shared_ptr<Impl> self) {
    while (self->running) {
      auto due = co_await self->claim_due();
      if (due)
        for (auto& endpoint : *due)
          asio::co_spawn(
              self->services.loops.loop(0),
              [](std::shared_ptr<Impl> impl, WebhookEndpoint mine) -> Task<> {
                co_await impl->serve(std::move(mine));
              }(self, std::move(endpoint)),
              asio::detached);
      co_await self->prune();
      if (!self->running) break;
      self->timer.expires_after(self->options.look_every);
      (void)co_await self->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }

  Task<Result<>> run_due() {
    for (;;) {
      auto due = co_await claim_due();
      if (!due) co_return due.error();
      if (due->empty()) co_return Result<>();
      std::vector<Task<>> under_way;
      under_way.reserve(due->size());
      for (auto& endpoint : *due) under_way.push_back(serve(std::move(endpoint)));
      co_await net::wait_all(std::move(under_way));
    }
  }
};

Deliverer::Deliverer(const accounts::Services& services, DelivererOptions options)
    : impl_(std::make_shared<Impl>(services, std::move(options))) {}
Deliverer::~Deliverer() = default;

void Deliverer::start() {
  asio::post(impl_->services.loops.loop(0), [impl = impl_] {
    impl->running = true;
    asio::co_spawn(impl->services.loops.loop(0), Impl::loop(impl), asio::detached);
  });
}

void Deliverer::stop() {
  asio::post(impl_->services.loops.loop(0), [impl = impl_] {
    impl->running = false;
    impl->timer.cancel();
  });
}

Task<Result<>> Deliverer::run_due() {
  co_return co_await net::run_on(impl_->services.loops.loop(0), impl_->run_due());
}

}  // namespace patchbay::webhooks
