#include "webhooks/webhook_endpoints.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/json.h"
#include "net/url.h"
#include "store/row_helpers.h"
#include "webhooks/message.h"
#include "webhooks/signature.h"

namespace patchbay::webhooks {
namespace {

namespace table = store::webhook_endpoints_table;
using store::WebhookEndpoint;

constexpr std::size_t kMaxUrl = 2048;
constexpr std::size_t kMaxDescription = 256;

Error wrong(std::string_view field, std::string text) {
  return make_error(ErrorCode::kInvalidArgument, std::move(text), std::string(field));
}

Result<> check_url(const std::string& text) {
  const auto url = net::parse_url(text);
  if (text.size() > kMaxUrl || !url || url->scheme != "https")
    return wrong("url",
                 "The address must be an https one, without a user name or a fragment, and "
                 "have at most 2048 bytes.");
  return {};
}

Result<std::string> kinds_as_json(const std::vector<std::string>& events) {
  json::Writer out;
  out.begin_array();
  for (const auto& kind : events) {
    if (std::ranges::find(event_kinds(), kind) == event_kinds().end()) {
      std::string known;
      for (const auto one : event_kinds()) known.append(known.empty() ? "" : ", ").append(one);
      return wrong("events", "There is no event of that kind. There are: " + known + ".");
    }
    out.string(kind);
  }
  return out.end_array().take();
}

Result<> apply(const EndpointWish& wish, WebhookEndpoint& endpoint) {
  if (wish.url) {
    PATCHBAY_TRY(check_url(*wish.url));
    endpoint.url = *wish.url;
  }
  if (wish.description) {
    if (wish.description->size() > kMaxDescription || !is_valid_utf8(*wish.description))
      return wrong("description", "The description must be text of at most 256 bytes.");
    endpoint.description = *wish.description;
  }
  if (wish.events) {
    PATCHBAY_TRY_ASSIGN(endpoint.events, kinds_as_json(*wish.events));
  }
  if (wish.active) endpoint.active = *wish.active;
  return {};
}

Result<WebhookEndpoint> find(store::Database& db, const std::string& project_id,
                             const std::string& id) {
  return store::required(table::find(db, project_id, id), "webhook");
}

}  // namespace

Result<> WebhookEndpoints::record(std::string_view kind, const std::string& project_id,
                                  const std::string& id, const audit::Asker& who) const {
  return services_.audit.append(
      audit::asked_by(who, {.kind = std::string(kind), .project_id = project_id, .subject = id}));
}

Result<store::WebhookSecret> WebhookEndpoints::seal(const WebhookEndpoint& endpoint,
                                                    const SecretString& secret) const {
  store::WebhookSecret row;
  row.id = services_.random.id("whs_");
  row.endpoint_id = endpoint.id;
  row.project_id = endpoint.project_id;
  row.created = services_.clock.unix_ms();
  PATCHBAY_TRY_ASSIGN(
      row.sealed, services_.vault.seal(
                      secret, {store::kWebhookSecretsTable, row.project_id, row.id, "secret", 0}));
  return row;
}

Task<Result<NewEndpoint>> WebhookEndpoints::create(std::string project_id, EndpointWish wish,
                                                   audit::Asker who) {
  NewEndpoint made;
  made.endpoint.id = services_.random.id("wh_");
  made.endpoint.project_id = project_id;
  made.endpoint.created = services_.clock.unix_ms();
  if (!wish.url) co_return wrong("url", "Say where to send events.");
  PATCHBAY_CO_TRY(apply(wish, made.endpoint));
  made.secret = make_secret(services_.random);
  PATCHBAY_CO_TRY_ASSIGN(const auto secret, seal(made.endpoint, made.secret));
  PATCHBAY_CO_TRY(record("webhook.created", project_id, made.endpoint.id, who));
  PATCHBAY_CO_TRY(co_await services_.store.transact(
      [endpoint = made.endpoint, secret](store::Database& db) -> Result<> {
        PATCHBAY_TRY_ASSIGN(const auto all, table::list(db, endpoint.project_id));
        if (all.size() >= kMostOfAProject)
          return make_error(ErrorCode::kConflict, "There are 16 webhooks already. Remove one.");
        PATCHBAY_TRY(table::insert(db, endpoint));
        return table::insert_secret(db, secret);
      }));
  co_return made;
}

Task<Result<std::vector<WebhookEndpoint>>> WebhookEndpoints::list(std::string project_id) {
  co_return co_await services_.store.read(
      [project_id](store::Database& db) { return table::list(db, project_id); });
}

Task<Result<WebhookEndpoint>> WebhookEndpoints::get(std::string project_id, std::string id) {
  co_return co_await services_.store.read(
      [project_id, id](store::Database& db) { return find(db, project_id, id); });
}

Task<Result<WebhookEndpoint>> WebhookEndpoints::change(std::string project_id, std::string id,
                                                       EndpointWish wish, audit::Asker who) {
  PATCHBAY_CO_TRY(co_await get(project_id, id));
  PATCHBAY_CO_TRY(record("webhook.changed", project_id, id, who));
  co_return co_await services_.store.transact(
      [project_id, id, wish](store::Database& db) -> Result<WebhookEndpoint> {
        PATCHBAY_TRY_ASSIGN(auto endpoint, find(db, project_id, id));
        PATCHBAY_TRY(apply(wish, endpoint));
        PATCHBAY_TRY(table::change(db, endpoint));
        return endpoint;
      });
}

Task<Result<>> WebhookEndpoints::remove(std::string project_id, std::string id, audit::Asker who) {
  PATCHBAY_CO_TRY(co_await get(project_id, id));
  PATCHBAY_CO_TRY(record("webhook.removed", project_id, id, who));
  co_return co_await services_.store.transact(
      [project_id, id](store::Database& db) { return table::remove(db, project_id, id); });
}

Task<Result<SecretString>> WebhookEndpoints::rotate_secret(std::string project_id, std::string id,
                                                           audit::Asker who) {
  PATCHBAY_CO_TRY_ASSIGN(const auto endpoint, co_await get(project_id, id));
  SecretString secret = make_secret(services_.random);
  PATCHBAY_CO_TRY_ASSIGN(const auto row, seal(endpoint, secret));
  PATCHBAY_CO_TRY(record("webhook.secret_rotated", project_id, id, who));
  PATCHBAY_CO_TRY(co_await services_.store.transact([project_id,
                                                     row](store::Database& db) -> Result<> {
    PATCHBAY_TRY(find(db, project_id, row.endpoint_id));
    PATCHBAY_TRY(table::retire_secrets(db, row.endpoint_id, row.created, row.created + kOverlapMs));
    return table::insert_secret(db, row);
  }));
  co_return secret;
}

Task<Result<store::Event>> WebhookEndpoints::test(std::string project_id, std::string id) {
  co_return co_await services_.store.transact([project_id, id, now = services_.clock.unix_ms()](
                                                  store::Database& db) -> Result<store::Event> {
    PATCHBAY_TRY_ASSIGN(auto endpoint, find(db, project_id, id));
    store::Event event{0, project_id, std::string(kTestKind), "", "{}", now};
    PATCHBAY_TRY_ASSIGN(event.seq, store::events_table::append_for_nobody(db, event));
    PATCHBAY_TRY(store::webhook_deliveries_table::enqueue(db, id, event));
    PATCHBAY_TRY(table::change(db, endpoint));  // tried at once
    return event;
  });
}

Task<Result<std::vector<store::WebhookDelivery>>> WebhookEndpoints::deliveries(
    std::string project_id, std::string id, std::int64_t before_seq, std::int64_t limit) {
  co_return co_await services_.store.read(
      [=](store::Database& db) -> Result<std::vector<store::WebhookDelivery>> {
        PATCHBAY_TRY(find(db, project_id, id));
        return store::webhook_deliveries_table::list(db, id, before_seq, limit);
      });
}

Task<Result<>> WebhookEndpoints::replay(std::string project_id, std::string id,
                                        std::int64_t event_seq) {
  co_return co_await services_.store.transact(
      [=, now = services_.clock.unix_ms()](store::Database& db) -> Result<> {
        PATCHBAY_TRY_ASSIGN(const auto endpoint, find(db, project_id, id));
        PATCHBAY_TRY_ASSIGN(const bool there,
                            store::webhook_deliveries_table::replay(db, id, event_seq, now));
        if (!there) return make_error(ErrorCode::kNotFound, "There is no such delivery.");
        return table::change(db, endpoint);
      });
}

Task<Result<std::int64_t>> WebhookEndpoints::replay_given_up(std::string project_id, std::string id,
                                                             std::int64_t since_ms) {
  co_return co_await services_.store.transact(
      [=, now = services_.clock.unix_ms()](store::Database& db) -> Result<std::int64_t> {
        PATCHBAY_TRY_ASSIGN(const auto endpoint, find(db, project_id, id));
        PATCHBAY_TRY(table::change(db, endpoint));
        return store::webhook_deliveries_table::replay_given_up(db, id, since_ms, now);
      });
}

}  // namespace patchbay::webhooks
