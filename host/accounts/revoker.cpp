#include "accounts/revoker.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "accounts/credentials.h"
#include "accounts/failed_flows.h"
#include "accounts/told_hosts.h"
#include "base/json.h"
#include "base/log.h"
#include "base/planted_bug.h"
#include "connector/flow_driver.h"
#include "metrics/connector_counters.h"
#include "net/wait_all.h"
#include "store/flows_table.h"

namespace patchbay::accounts {
namespace {

namespace asio = net::asio;
using connector::FlowInput;

constexpr std::string_view kRefreshToken = "refresh_token";  // as plugin_api's grants name it
constexpr std::int64_t kFirstRetryMs = 5'000;
constexpr std::int64_t kLongestRetryMs = 3'600'000;
// A token without an end may outlast any outage.
constexpr std::int64_t kUnknownLifeMs = 30LL * 24 * 3'600'000;
// A token is not taken for dead before everybody's clock says so.
constexpr std::int64_t kClocksDifferMs = 60'000;
// Told to providers at once. A claim lasts as long as telling can take, and as much again.
constexpr std::int64_t kBatch = 16;
constexpr std::size_t kMostNotStored = 10'000;
constexpr std::int64_t kClaimMs = 2 * connector::FlowLimits{}.total.count();

// The job's sealed part. JSON rather than the worker's wire format: a job may be read by a later
// release than the one that wrote it.
void write(json::Writer& out, const std::vector<connector::NamedSecret>& secrets,
           std::string_view left_out = {}) {
  out.begin_object();
  for (const auto& secret : secrets)
    if (secret.name != left_out) out.member(secret.name, secret.value.reveal());
  out.end_object();
}

SecretString payload_of(const FlowInput& input, const std::vector<connector::Token>& tokens,
                        std::string_view left_out) {
  json::Writer out;
  out.begin_object().key("fields").raw(fields_to_json(input.fields));
  out.key("facts").raw(facts_to_json(input.facts));
  write(out.key("secrets"), input.secrets, left_out);
  out.key("setup_fields").raw(fields_to_json(input.setup_fields));
  write(out.key("setup_secrets"), input.setup_secrets);
  out.key("tokens").begin_array();
  for (const auto& token : tokens)
    out.begin_object()
        .member("name", token.name)
        .member("value", token.value.reveal())
        .member("type", token.type)
        .member("expires", token.expires_unix_ms)
        .member("scopes", token.scopes)
        .end_object();
  std::string text = out.end_array().end_object().take();
  return SecretString::take(text);
}

std::vector<connector::NamedSecret> secrets_of(const json::Value& object) {
  std::vector<connector::NamedSecret> secrets;
  for (std::size_t i = 0; i < object.size(); ++i) {
    const auto [name, value] = object.member(i);
    secrets.push_back({std::string(name), SecretString(value.as_string().value_or(""))});
  }
  return secrets;
}

Result<FlowInput> input_of(const store::Revocation& job, const SecretString& payload) {
  PATCHBAY_TRY_ASSIGN(const auto document, json::Document::parse(payload.reveal()));
  const auto root = document.root();
  FlowInput input;
  input.auth_method_id = job.auth_method;
  input.environment_id = job.environment;
  input.fields = fields_from_json(root.get("fields").dump());
  input.facts = facts_from_json(root.get("facts").dump());
  input.secrets = secrets_of(root.get("secrets"));
  input.setup_fields = fields_from_json(root.get("setup_fields").dump());
  input.setup_secrets = secrets_of(root.get("setup_secrets"));
  const auto tokens = root.get("tokens");
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto token = tokens.at(i);
    input.tokens.push_back({token.get("name").string_or(""),
                            SecretString(token.get("value").as_string().value_or("")),
                            token.get("type").string_or(""), token.get("expires").integer_or(0),
                            token.get("scopes").string_or(""), false});
  }
  return input;
}

// Whether these tokens alone are to go, and the lasting refresh token that the account lives on
// with is not: of a refresh that nobody keeps, or from a backup.
bool spares_refresh_token(const Services& services, const RevocationOrder& order) {
  if (order.ends_grant || order.reason.starts_with("connect")) return false;
  const auto connector = services.registry.find(order.connector_id);
  const auto* method =
      connector ? connector->manifest->find_auth_method(order.input->auth_method_id) : nullptr;
  return method != nullptr && method->renewal == manifest::Renewal::kRefreshToken;
}

// Whether there is a refresh token beside the tokens; also while nobody can tell.
bool has_refresh_token(const Services& services, const RevocationOrder& order) {
  const auto connector = services.registry.find(order.connector_id);
  if (!connector) return true;
  const auto* method = connector->manifest->find_auth_method(order.input->auth_method_id);
  return method != nullptr && (method->renewal == manifest::Renewal::kRotating ||
                               method->renewal == manifest::Renewal::kRefreshToken);
}

std::int64_t back_off(std::int64_t attempts, double unit) {
  const auto doubled = kFirstRetryMs << std::min<std::int64_t>(attempts, 10);
  const auto capped = std::min(doubled, kLongestRetryMs);
  return capped + static_cast<std::int64_t>(unit * 0.2 * static_cast<double>(capped));
}

}  // namespace

// A job and what is to be sealed into it. The vault may refuse to, when the database does: it has
// to be sure of its keys.
struct Revoker::Draft {
  store::Revocation job;
  SecretString payload;
};

struct Revoker::Impl : std::enable_shared_from_this<Impl> {
  explicit Impl(const Services& s)
      : services(s), timer(s.loops.loop(0), std::chrono::steady_clock::time_point::max()) {}

  const Services& services;
  asio::steady_timer timer;       // loop 0
  bool running = false;           // loop 0
  bool work_waits = false;        // loop 0: wake() came while working
  std::vector<Draft> not_stored;  // loop 0: neither stored nor told yet

  static vault::Place place(const store::Revocation& job) {
    return {store::kRevocationsTable, job.project_id, job.id, "payload", 0};
  }

  // What is wrong with telling the provider now, or success.
  Task<Result<>> tell_provider(const store::Revocation& job, FlowInput input) {
    const auto connector = services.registry.find(job.connector_id);
    if (!connector)
      co_return make_error(ErrorCode::kUnavailable,
                           "connector " + job.connector_id + " is not in the connectors folder");
    connector::FlowPlan plan{.operation = connector::Operation::kRevoke,
                             .manifest = connector->manifest,
                             .host_values = host_values(*connector->manifest, input),
                             .limits = {},
                             .cancel = nullptr,
                             .account_id = job.account_id};
    FailedFlows failed_flows(services, job.project_id);
    const auto flow = failed_flows.listening(services.flow_services(*connector, *services.http[0]));
    auto outcome = co_await connector::drive_flow(flow, std::move(plan), std::move(input));
    if (!outcome.done) co_return outcome.error;
    co_return Result<>();
  }

  Task<Result<>> attempt(const store::Revocation& job) {
    auto payload = services.vault.open(job.sealed_payload, place(job));
    if (!payload) co_return payload.error();
    co_return co_await attempt(job, *payload);
  }

  Task<Result<>> attempt(const store::Revocation& job, const SecretString& payload) {
    auto input = input_of(job, payload);
    if (!input) co_return input.error();
    co_return co_await tell_provider(job, std::move(*input));
  }

  Result<store::Revocation> sealed(const Draft& draft) const {
    auto job = draft.job;
    PATCHBAY_TRY_ASSIGN(job.sealed_payload,
                        services.vault.seal(draft.payload.reveal(), place(job)));
    return job;
  }

  Task<> work(store::Revocation job) {
    const auto now = services.clock.unix_ms();
    const bool over = now >= job.give_up_at;
    auto result = over ? Result<>() : co_await attempt(job);
    const bool revoked_already = !result && result.error().code == ErrorCode::kRevoked;
    if (result || revoked_already || PATCHBAY_PLANTED_BUG(9)) {
      metrics::of_connector(job.connector_id)
          .revocations.add(over ? metrics::Revoked::kExpired : metrics::Revoked::kDone);
      log::info("revocation", over ? "token_ended_by_itself" : "done",
                {{"account", job.account_id},
                 {"connector", job.connector_id},
                 {"reason", job.reason},
                 {"attempts", job.attempts + 1}});
      audit::append_or_complain(&services.audit,
                                {.kind = over ? "token.ended_by_itself" : "token.revoked",
                                 .project_id = job.project_id,
                                 .account_id = job.account_id,
                                 .subject = job.reason,
                                 .connector_id = job.connector_id});
      const auto finished = co_await services.store.transact(
          [id = job.id](store::Database& db) { return store::revocations_table::finish(db, id); });
      if (!finished) log::error("revocation", "store", {{"error", finished.error().message}});
      co_return;
    }
    const auto wait =
        std::max(back_off(job.attempts, services.random.unit()), result.error().retry_after_ms);
    metrics::of_connector(job.connector_id).revocations.add(metrics::Revoked::kWillRetry);
    log::warning("revocation", "will_retry",
                 {{"account", job.account_id},
                  {"connector", job.connector_id},
                  {"error", result.error().message},
                  {"in_ms", wait}});
    const auto saved = co_await services.store.transact(
        [id = job.id, at = now + wait, why = result.error().message](store::Database& db) {
          return store::revocations_table::reschedule(db, id, at, why);
        });
    if (!saved) log::error("revocation", "store", {{"error", saved.error().message}});
  }

  // What could not be stored: the provider hears of it now, or when the database takes it.
  Task<> tell_or_remember(Draft draft) {
    const auto told = co_await attempt(draft.job, draft.payload);
    if (told || told.error().code == ErrorCode::kRevoked) co_return;
    if (not_stored.size() < kMostNotStored) not_stored.push_back(std::move(draft));
  }

  Task<> store_again() {
    for (auto& draft : std::exchange(not_stored, {})) {
      const auto stored = co_await store_now(draft, {});
      // A conflict: it was stored the first time, only that nobody heard of it.
      if (!stored && stored.error().code != ErrorCode::kConflict &&
          services.clock.unix_ms() < draft.job.give_up_at)
        not_stored.push_back(std::move(draft));
    }
  }

  // Enqueues it and ends the flow, where there is one.
  Task<Result<>> store_now(const Draft& draft, std::string flow_id) {
    PATCHBAY_CO_TRY_ASSIGN(auto job, sealed(draft));
    co_return co_await services.store.transact(
        [job = std::move(job), flow = std::move(flow_id)](store::Database& db) -> Result<> {
          PATCHBAY_TRY(store::revocations_table::enqueue(db, job));
          return store::flows_table::remove(db, flow);
        });
  }

  Task<Result<std::size_t>> run_due() {
    if (!not_stored.empty()) co_await store_again();
    auto jobs =
        co_await services.store.transact([now = services.clock.unix_ms()](store::Database& db) {
          return store::revocations_table::claim_due(db, now, now + kClaimMs, kBatch);
        });
    if (!jobs) co_return jobs.error();
    std::vector<Task<>> under_way;
    under_way.reserve(jobs->size());
    for (auto& job : *jobs) under_way.push_back(work(std::move(job)));
    if (!under_way.empty()) co_await net::wait_all(std::move(under_way));
    co_return jobs->size();
  }

  // How long until there is something to do, at most a minute: other processes enqueue, too.
  Task<std::chrono::milliseconds> until_next() {
    auto next = co_await services.store.read(
        [](store::Database& db) { return store::revocations_table::next_due(db); });
    constexpr std::int64_t kMost = 60'000;
    if (!next || !*next) co_return std::chrono::milliseconds(kMost);
    co_return std::chrono::milliseconds(
        std::clamp<std::int64_t>(**next - services.clock.unix_ms(), 0, kMost));
  }

  static Task<> loop(std::shared_ptr<Impl> self) {
    while (self->running) {
      self->work_waits = false;
      (void)co_await self->run_due();
      const auto wait = co_await self->until_next();
      if (self->work_waits || !self->running) continue;
      self->timer.expires_after(std::max(wait, std::chrono::milliseconds(20)));
      (void)co_await self->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
};

Revoker::Revoker(const Services& services) : impl_(std::make_shared<Impl>(services)) {}
Revoker::~Revoker() = default;

Result<std::optional<store::Revocation>> Revoker::prepare(const RevocationOrder& order) const {
  const auto draft = this->draft(order);
  if (!draft) return std::optional<store::Revocation>();
  PATCHBAY_TRY_ASSIGN(auto job, impl_->sealed(*draft));
  return std::optional<store::Revocation>(std::move(job));
}

std::optional<Revoker::Draft> Revoker::draft(const RevocationOrder& order) const {
  const auto& services = impl_->services;
  const auto now = services.clock.unix_ms();
  std::vector<connector::Token> live;
  std::int64_t give_up_at = 0;
  for (const auto& token : order.tokens) {
    const auto end =
        token.expires_unix_ms != 0 ? token.expires_unix_ms + kClocksDifferMs : now + kUnknownLifeMs;
    if (end <= now || token.value.empty()) continue;
    give_up_at = std::max(give_up_at, end);
    live.push_back(token.copy());
  }
  if (order.ends_grant && has_refresh_token(services, order)) {
    give_up_at = now + kUnknownLifeMs;
  } else if (live.empty()) {
    return std::nullopt;
  }
  store::Revocation job;
  job.id = services.random.id("rev_");
  job.project_id = order.project_id;
  job.account_id = order.account_id;
  job.connector_id = order.connector_id;
  job.environment = order.input->environment_id;
  job.auth_method = order.input->auth_method_id;
  job.reason = order.reason;
  job.next_attempt = now;
  job.give_up_at = give_up_at;
  job.created = now;
  const std::string_view left_out = spares_refresh_token(services, order) ? kRefreshToken : "";
  return Draft{std::move(job), payload_of(*order.input, live, left_out)};
}

Task<> Revoker::order(RevocationOrder order) {
  auto draft = this->draft(order);
  if (!draft) {
    if (order.flow_id.empty()) co_return;
    // Should it fail, the flow's recovery will find that there is nothing to do.
    (void)co_await impl_->services.store.transact([flow = order.flow_id](store::Database& db) {
      return store::flows_table::remove(db, flow);
    });
    co_return;
  }
  const auto stored = co_await impl_->store_now(*draft, order.flow_id);
  if (stored) {
    wake();
    co_return;
  }
  log::error("revocation", "not_stored_telling_provider_now",
             {{"connector", order.connector_id}, {"error", stored.error().message}});
  (void)co_await net::run_on(impl_->services.loops.loop(0),
                             impl_->tell_or_remember(*std::move(draft)));
}

void Revoker::wake() {
  asio::post(impl_->services.loops.loop(0), [impl = impl_] {
    impl->work_waits = true;
    impl->timer.cancel();
  });
}

void Revoker::start() {
  asio::post(impl_->services.loops.loop(0), [impl = impl_] {
    impl->running = true;
    asio::co_spawn(impl->services.loops.loop(0), Impl::loop(impl), asio::detached);
  });
}

void Revoker::stop() {
  asio::post(impl_->services.loops.loop(0), [impl = impl_] {
    impl->running = false;
    impl->timer.cancel();
  });
}

Task<Result<std::size_t>> Revoker::run_due() {
  co_return co_await net::run_on(impl_->services.loops.loop(0), impl_->run_due());
}

}  // namespace patchbay::accounts
