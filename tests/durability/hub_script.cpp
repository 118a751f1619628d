#include "hub_script.h"

#include <sstream>
#include <utility>

#include "store/account_credentials.h"
#include "store/connect_sessions_table.h"
#include "store/data_keys_table.h"
#include "store/events_table.h"
#include "store/flows_table.h"
#include "store/integrations_table.h"
#include "store/migrations.h"
#include "store/projects_table.h"
#include "store/provider_events_table.h"
#include "store/revocations_table.h"

namespace patchbay::durability {
namespace {

using namespace store;  // NOLINT(google-build-using-namespace)

constexpr const char* kProject = "prj_1";
constexpr const char* kIntegration = "int_1";

vault::Vault unlock(const vault::KeyEncryptionKey& kek, const vault::WrappedDataKey& key,
                    Random& random) {
  return vault::Vault::unlock(kek, std::span(&key, 1), random).value();
}

std::string first_text(Database& db, std::string_view sql) {
  const auto rows = db.query(sql);
  return rows && !rows->empty() ? rows->front().text(0) : std::string();
}

Result<> take(Database& db, const std::string& flow) {
  PATCHBAY_TRY_ASSIGN(const bool ours, flows_table::take(db, flow));
  if (!ours) return make_error(ErrorCode::kConflict, "The flow is gone.");
  return {};
}

// Before webhooks came, with version 6, an event was queued for nobody.
Result<> append(Database& db, const Event& event) {
  PATCHBAY_TRY_ASSIGN(const bool webhooks, db.has_table("webhook_deliveries"));
  if (webhooks) {
    PATCHBAY_TRY(events_table::append(db, event));
  } else {
    PATCHBAY_TRY(events_table::append_for_nobody(db, event));
  }
  return {};
}

// Before version 10 none was passed on.
Result<> insert(Database& db, const ConnectSession& s) {
  PATCHBAY_TRY_ASSIGN(const auto version, schema_version(db));
  if (version >= 10) {
    PATCHBAY_TRY(connect_sessions_table::insert(db, s));
    return {};
  }
  PATCHBAY_TRY(db.execute(
      "INSERT INTO connect_sessions (id, project_id, token_hash, owner_id, owner_name, username, "
      "connector_id, integration_id, account_id, multiple, type, label, metadata, categories, "
      "created, expires, status, result_account_id) VALUES (?, ?, ?, ?, '', '', ?, '', '', 0, "
      "'production', '', '{}', '[]', ?, ?, 'open', '')",
      {s.id, s.project_id, s.token_hash, s.owner_id, s.connector_id, s.created, s.expires}));
  return {};
}

Result<> claim(Database& db, const std::string& session, const std::string& account,
               std::int64_t now) {
  PATCHBAY_TRY_ASSIGN(const auto version, schema_version(db));
  if (version >= 10) return connect_sessions_table::claim(db, session, account, now);
  PATCHBAY_TRY_ASSIGN(
      const auto claimed,
      db.execute("UPDATE connect_sessions SET status = 'used', result_account_id = ? "
                 "WHERE id = ? AND status = 'open'",
                 {account, session}));
  if (claimed != 1) return make_error(ErrorCode::kConflict, "The session is used up.");
  return {};
}

}  // namespace

HubScript::HubScript(std::uint64_t seed)
    : random_(seed),
      kek_(vault::KeyEncryptionKey::generate(random_)),
      key_(vault::create_data_key(kek_, random_, now_).value()),
      vault_(unlock(kek_, key_, random_)) {}

std::size_t HubScript::pick(std::size_t count) {
  return static_cast<std::size_t>(random_.unit() * static_cast<double>(count));
}

AccountSecret HubScript::secret(const std::string& account, std::int64_t generation) {
  const std::string value = "secret-" + random_.token();
  return {
      "client_secret",
      vault_.seal(value, {kSecretsTable, kProject, account, "client_secret", generation}).value(),
      generation};
}

std::vector<AccountToken> HubScript::tokens(const std::string& account, std::int64_t generation) {
  std::vector<AccountToken> all;
  for (const auto* name : {"v1", "v2"}) {
    const std::string value = "token-" + random_.token() + std::string(pick(3'000), 'x');
    const vault::Place place{kTokensTable, kProject, account, name, generation};
    all.push_back({name, vault_.seal(value, place).value(), "Bearer", "employees:read", now_,
                   now_ + 86'400'000, generation});
  }
  return all;
}

Revocation HubScript::revocation(const std::string& account) {
  Revocation job;
  job.id = random_.id("rev_");
  job.project_id = kProject;
  job.account_id = account;
  job.connector_id = "example";
  job.environment = "production";
  job.auth_method = "client_credentials";
  job.reason = "unlink";
  job.created = job.next_attempt = now_;
  job.give_up_at = now_ + 86'400'000;
  job.sealed_payload =
      vault_.seal("payload-" + random_.token(), {kRevocationsTable, kProject, job.id, "payload", 0})
          .value();
  return job;
}

Step HubScript::first_rows() const {
  return {"first_rows", [key = key_, now = now_](Database& db) -> Result<> {
            PATCHBAY_TRY(data_keys_table::insert(db, key));
            PATCHBAY_TRY(projects_table::insert(db, {kProject, "Example", now}));
            Integration integration;
            integration.id = kIntegration;
            integration.project_id = kProject;
            integration.connector_id = "example";
            integration.name = "Example";
            integration.auth_method = "client_credentials";
            integration.environment = "production";
            integration.is_default = true;
            integration.created = now;
            return integrations_table::insert(db, integration);
          }};
}

Step HubScript::open_session() {
  ConnectSession session;
  session.id = random_.id("cs_");
  session.project_id = kProject;
  session.token_hash = random_.token();
  session.owner_id = random_.id("owner_");
  session.connector_id = "example";
  session.created = now_;
  session.expires = now_ + 3'600'000;
  return {"open_session", [session](Database& db) -> Result<> { return insert(db, session); }};
}

Step HubScript::start_flow() {
  Flow flow;
  flow.id = random_.id("flow_");
  flow.project_id = kProject;
  flow.kind = "connect";
  flow.connector_id = "example";
  flow.created = flow.updated = now_;
  flow.sealed = vault_
                    .seal("transcript-" + std::string(pick(6'000), 't'),
                          {kFlowsTable, kProject, flow.id, "sealed", 0})
                    .value();
  return {"start_flow", [flow](Database& db) { return flows_table::insert(db, flow); }};
}

Step HubScript::link(Database& twin) {
  const auto flow = first_text(twin, "SELECT id FROM flows ORDER BY id LIMIT 1");
  const auto session =
      first_text(twin, "SELECT id FROM connect_sessions WHERE status = 'open' ORDER BY id LIMIT 1");
  if (session.empty()) return open_session();
  if (flow.empty()) return start_flow();
  Account account;
  account.id = random_.id("acc_");
  account.project_id = kProject;
  account.integration_id = kIntegration;
  account.connector_id = "example";
  account.connector_version = "1.0.0";
  account.environment = "production";
  account.auth_method = "client_credentials";
  account.owner_id = session;
  account.created = account.updated = account.status_changed = now_;
  return {"link",
          [=, now = now_, secrets = std::vector{secret(account.id, 1)},
           minted = tokens(account.id, 1)](Database& db) -> Result<> {
            PATCHBAY_TRY(take(db, flow));
            PATCHBAY_TRY(claim(db, session, account.id, now));
            PATCHBAY_TRY(accounts_table::insert(db, account));
            PATCHBAY_TRY(account_credentials::insert(db, account, secrets, minted));
            PATCHBAY_TRY(append(db, {0, kProject, "account.created", account.id, "{}", now}));
            return {};
          }};
}

Step HubScript::refresh(const Account& account) {
  CredentialChange change;
  change.account_id = account.id;
  change.expected_generation = account.generation;
  change.tokens = tokens(account.id, account.generation + 1);
  change.next_refresh = now_ + 1'000;
  change.now_ms = now_;
  return {"refresh", [change](Database& db) -> Result<> {
            PATCHBAY_TRY(account_credentials::replace(db, change));
            return {};
          }};
}

Step HubScript::reconnect(Database& twin, const Account& account) {
  const auto flow = first_text(twin, "SELECT id FROM flows ORDER BY id LIMIT 1");
  if (flow.empty()) return start_flow();
  CredentialChange change;
  change.account_id = account.id;
  change.expected_generation = account.generation;
  change.secrets = std::vector{secret(account.id, account.generation + 1)};
  change.tokens = tokens(account.id, account.generation + 1);
  Connection to;
  to.integration_id = kIntegration;
  to.connector_version = "1.0.1";
  to.environment = "production";
  to.auth_method = "client_credentials";
  change.connection = to;
  change.now_ms = now_;
  return {"reconnect", [=, job = revocation(account.id), now = now_](Database& db) -> Result<> {
            PATCHBAY_TRY(take(db, flow));
            PATCHBAY_TRY(account_credentials::replace(db, change));
            PATCHBAY_TRY(revocations_table::enqueue(db, job));
            PATCHBAY_TRY(append(db, {0, kProject, "account.updated", account.id, "{}", now}));
            return {};
          }};
}

Step HubScript::unlink(const Account& account) {
  return {"unlink", [=, job = revocation(account.id), now = now_](Database& db) -> Result<> {
            PATCHBAY_TRY(accounts_table::remove(db, kProject, account.id));
            PATCHBAY_TRY(revocations_table::enqueue(db, job));
            PATCHBAY_TRY(append(db, {0, kProject, "account.deleted", account.id, "{}", now}));
            return {};
          }};
}

// Before version 9 there was no such thing.
Step HubScript::receive(Database& twin, const Account& account) {
  if (!twin.has_table("provider_events").value()) return refresh(account);
  ProviderEvent event;
  event.id = random_.id("pev_");
  event.project_id = kProject;
  event.account_id = account.id;
  event.identity = std::to_string(pick(8));
  event.type = "person.updated";
  event.received = now_;
  event.sealed =
      vault_.seal("event-" + event.id, {kProviderEventsTable, kProject, event.id, "payload", 0})
          .value();
  return {"receive", [event](Database& db) -> Result<> {
            PATCHBAY_TRY_ASSIGN(const auto seq, provider_events_table::insert(db, event));
            if (!seq) return {};
            PATCHBAY_TRY_ASSIGN(
                const auto told,
                events_table::append(db, {0, kProject, std::string(kProviderEventKind),
                                          event.account_id, "{}", event.received}));
            return provider_events_table::set_event_seq(db, *seq, told);
          }};
}

Step HubScript::next(Database& twin) {
  now_ += 1'000;
  AccountFilter filter;
  filter.project_id = kProject;
  filter.limit = AccountFilter::kMaxLimit;
  const auto accounts = accounts_table::list(twin, filter).value();
  const auto kind = pick(11);
  if (kind == 0) return open_session();
  if (kind == 1) return start_flow();
  if (kind == 2) {
    const auto job = first_text(twin, "SELECT id FROM revocations ORDER BY id LIMIT 1");
    if (!job.empty())
      return {"delivered", [job](Database& db) { return revocations_table::finish(db, job); }};
  }
  if (kind <= 5 || accounts.empty()) return link(twin);
  const auto& account = accounts[pick(accounts.size())];
  if (kind <= 7) return refresh(account);
  if (kind == 8) return reconnect(twin, account);
  if (kind == 9) return receive(twin, account);
  return unlink(account);
}

std::string HubScript::describe(Database& db) const {
  std::ostringstream out;
  const auto all = [&](std::string_view title, std::string_view sql) {
    const auto rows = db.query(sql);
    out << title << (rows ? "" : " UNREADABLE: " + rows.error().message) << "\n";
    return rows ? *rows : Rows();
  };
  const auto opened = [&](const std::string& sealed, const vault::Place& place) {
    const auto value = vault_.open(sealed, place);
    return value ? std::string(value->reveal()) : "DOES NOT OPEN: " + value.error().message;
  };
  const auto version = schema_version(db);
  out << "schema " << (version ? *version : -1) << "\n";
  if (!version || *version == 0) return std::move(out).str();
  for (const auto& row : all("keys", "SELECT id FROM data_keys ORDER BY id"))
    out << " " << row.text(0) << "\n";
  for (const auto& row :
       all("accounts",
           "SELECT id, generation, status, connector_version FROM accounts ORDER BY id"))
    out << " " << row.text(0) << " " << row.integer(1) << row.text(2) << row.text(3) << "\n";
  for (const std::string_view table : {kSecretsTable, kTokensTable})
    for (const auto& row : all(table, "SELECT account_id, name, sealed, generation FROM " +
                                          std::string(table) + " ORDER BY account_id, name"))
      out << " " << row.text(0) << " " << row.text(1) << " "
          << opened(row.text(2), {table, kProject, row.text(0), row.text(1), row.integer(3)})
          << "\n";
  for (const auto& row :
       all("revocations", "SELECT id, account_id, sealed_payload FROM revocations ORDER BY id"))
    out << " " << row.text(1) << " "
        << opened(row.text(2), {kRevocationsTable, kProject, row.text(0), "payload", 0}) << "\n";
  for (const auto& row : all("flows", "SELECT id, sealed FROM flows ORDER BY id"))
    out << " " << opened(row.text(1), {kFlowsTable, kProject, row.text(0), "sealed", 0}) << "\n";
  for (const auto& row :
       all("sessions", "SELECT id, status, result_account_id FROM connect_sessions ORDER BY id"))
    out << " " << row.text(0) << row.text(1) << row.text(2) << "\n";
  if (*version >= 9)
    for (const auto& row :
         all("provider events", "SELECT id, event_seq, sealed FROM provider_events ORDER BY seq"))
      out << " " << row.integer(1) << " "
          << opened(row.text(2), {kProviderEventsTable, kProject, row.text(0), "payload", 0})
          << "\n";
  for (const auto& row : all("events", "SELECT seq, kind, account_id FROM events ORDER BY seq"))
    out << " " << row.integer(0) << row.text(1) << row.text(2) << "\n";
  for (const auto& row : all("sequence", "SELECT value FROM change_sequence"))
    out << " " << row.integer(0) << "\n";
  return std::move(out).str();
}

}  // namespace patchbay::durability
