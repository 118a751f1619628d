#include "explain/explain.h"

#include <algorithm>
#include <utility>

#include "base/json.h"

namespace patchbay::explain {
namespace {

using connector::ConnectorState;
using connector::RuntimeHealth;
using store::AccountStatus;

constexpr std::int64_t kMinuteMs = 60'000;
// How long what one request met says something about the next.
constexpr std::int64_t kOutageMs = 10 * kMinuteMs;
constexpr std::int64_t kRefusalMs = 24 * 60 * kMinuteMs;

using Findings = std::vector<Finding>;

void find_status(Findings& found, const Facts& facts) {
  const auto& account = facts.detail.account;
  if (account.status == AccountStatus::kInactive)
    found.push_back(account.reason_code == "integration_disabled" || !facts.integration_on
                        ? Finding::kIntegrationOff
                        : Finding::kSuspended);
  if (account.status != AccountStatus::kError) return;
  const std::string& code = account.reason_code;
  if (code == "invalid_credentials")
    found.push_back(Finding::kCredentialsRefused);
  else if (code == "revoked_at_provider")
    found.push_back(Finding::kRevoked);
  else if (code == "permission_missing")
    found.push_back(Finding::kPermissionRefused);
  else if (code == "reconnect_needed")
    found.push_back(facts.restored ? Finding::kRestoredTokenSpent : Finding::kReconnectNeeded);
  else
    found.push_back(Finding::kOtherError);
}

void find_connector(Findings& found, const Facts& facts) {
  if (!facts.detail.connector) {
    if (!facts.file)
      found.push_back(Finding::kConnectorGone);
    else if (facts.file->state == ConnectorState::kAwaitingApproval)
      found.push_back(Finding::kConnectorAwaitsApproval);
    else
      found.push_back(Finding::kConnectorUnusable);
    return;
  }
  if (facts.health.state == RuntimeHealth::State::kQuarantined)
    found.push_back(Finding::kConnectorQuarantined);
  if (facts.health.state == RuntimeHealth::State::kBackingOff)
    found.push_back(Finding::kConnectorRestarting);
}

Finding of_failure(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimeout:
      return Finding::kProviderDown;
    case ErrorCode::kRateLimited:
      return Finding::kRateLimited;
    case ErrorCode::kProtocol:
    case ErrorCode::kTooLarge:
      return Finding::kProviderOdd;
    case ErrorCode::kConfiguration:
      return Finding::kSetupWrong;
    case ErrorCode::kConnector:
      return Finding::kConnectorFailed;
    default:
      return Finding::kRefreshFails;
  }
}

// What the last request to the provider met, if that was a moment ago.
void find_in_exchanges(Findings& found, const Facts& facts, std::int64_t now) {
  if (facts.exchanges.empty()) return;
  const auto& step = facts.exchanges.front().step;
  const auto age = now - step.started;
  if (step.status == 429 && age < kOutageMs) found.push_back(Finding::kRateLimited);
  if ((step.status == 0 || step.status >= 500) && age < kOutageMs)
    found.push_back(Finding::kProviderDown);
  if ((step.status == 401 || step.status == 403) && age < kRefusalMs)
    found.push_back(Finding::kRequestsRefused);
}

bool is_valid(const accounts::TokenInfo& token, std::int64_t now) {
  return token.expires == 0 || token.expires > now;
}

// Tokens of a backup are not served, unless they are all there will ever be.
bool is_withdrawn(const Facts& facts) {
  return facts.restored && facts.renewal() != manifest::Renewal::kNever;
}

bool has_valid_token(const Facts& facts, std::int64_t now) {
  const auto& tokens = facts.detail.tokens;
  if (is_withdrawn(facts)) return false;
  return tokens.empty() ? facts.renewal() == manifest::Renewal::kNever
                        : std::ranges::any_of(
                              tokens, [now](const auto& token) { return is_valid(token, now); });
}

std::vector<manifest::PermissionRef> missing_in(const Facts& facts) {
  std::vector<manifest::PermissionRef> missing;
  for (const auto& line : facts.detail.permissions)
    if (line.needed && line.granted == manifest::Granted::kNo) missing.push_back(line.permission);
  return missing;
}

// Of an active account without a valid token, when nothing failed.
Finding of_no_token(const Facts& facts) {
  if (facts.renewing) return Finding::kRenewing;
  if (is_withdrawn(facts)) return Finding::kRestoredWaits;
  return facts.renewal() == manifest::Renewal::kNever ? Finding::kTokenEnded : Finding::kIdle;
}

Findings find(const Facts& facts, std::int64_t now) {
  Findings found;
  find_status(found, facts);
  find_connector(found, facts);
  if (!facts.sealed_away.empty()) found.push_back(Finding::kKeyMissing);
  if (facts.detail.account.status == AccountStatus::kActive) {
    if (facts.failure) found.push_back(of_failure(facts.failure->error.code));
    if (!facts.resting.empty()) found.push_back(Finding::kProviderDown);
    find_in_exchanges(found, facts, now);
    if (!missing_in(facts).empty()) found.push_back(Finding::kPermissionsLacking);
    if (!has_valid_token(facts, now) && !facts.failure && facts.detail.connector)
      found.push_back(of_no_token(facts));
  }
  if (found.empty()) found.push_back(Finding::kFine);
  std::ranges::sort(found);
  const auto twice = std::ranges::unique(found);
  found.erase(twice.begin(), twice.end());
  return found;
}

Urgency urgency_of(Finding finding) {
  switch (finding) {
    case Finding::kFine:
    case Finding::kIdle:
      return Urgency::kNone;
    case Finding::kConnectorRestarting:
    case Finding::kProviderDown:
    case Finding::kRateLimited:
    case Finding::kRefreshFails:
    case Finding::kRenewing:
    case Finding::kRestoredWaits:
      return Urgency::kWaits;
    default:
      return Urgency::kAct;
  }
}

std::vector<Step> steps_of(Finding finding, std::int64_t next_try) {
  const auto by_operator = [](std::string id) { return Step{Who::kOperator, std::move(id), 0}; };
  const auto by_customer = [](std::string id) { return Step{Who::kCustomer, std::move(id), 0}; };
  const Step by_itself{Who::kNobody, "tries_again", next_try};
  switch (finding) {
    case Finding::kSuspended:
      return {by_operator("resume")};
    case Finding::kIntegrationOff:
      return {by_operator("switch_integration_on")};
    case Finding::kConnectorGone:
      return {by_operator("bring_connector_back"), {Who::kNobody, "goes_on", 0}};
    case Finding::kConnectorAwaitsApproval:
      return {by_operator("approve_connector"), {Who::kNobody, "goes_on", 0}};
    case Finding::kConnectorUnusable:
      return {by_operator("mend_connector"), {Who::kNobody, "goes_on", 0}};
    case Finding::kConnectorQuarantined:
      return {by_operator("read_connector_failure"), by_operator("start_connector"),
              by_operator("tell_author")};
    case Finding::kConnectorRestarting:
      return {{Who::kNobody, "restarts", 0}, by_operator("tell_author_if_again")};
    case Finding::kKeyMissing:
      return {by_operator("bring_key_back"), by_operator("doctor")};
    case Finding::kCredentialsRefused:
      return {by_operator("send_reconnect"), by_customer("new_credentials")};
    case Finding::kRevoked:
      return {by_operator("send_reconnect"), by_customer("grant_again")};
    case Finding::kPermissionRefused:
    case Finding::kPermissionsLacking:
      return {by_operator("send_reconnect"), by_customer("tick_permissions")};
    case Finding::kRestoredTokenSpent:
    case Finding::kReconnectNeeded:
    case Finding::kTokenEnded:
      return {by_operator("send_reconnect"), by_customer("reconnect")};
    case Finding::kOtherError:
      return {by_operator("refresh"), by_operator("send_reconnect")};
    case Finding::kProviderDown:
      return {by_itself, by_operator("look_at_provider")};
    case Finding::kRateLimited:
      return {by_itself, by_operator("slow_down")};
    case Finding::kProviderOdd:
      return {by_itself, by_operator("look_at_provider"), by_operator("tell_author")};
    case Finding::kSetupWrong:
      return {by_operator("change_setup"), by_operator("doctor"), by_itself};
    case Finding::kConnectorFailed:
      return {by_itself, by_operator("tell_author")};
    case Finding::kRefreshFails:
      return {by_itself, by_operator("doctor")};
    case Finding::kRenewing:
      return {{Who::kNobody, "renewed_soon", 0}};
    case Finding::kRestoredWaits:
      return {{Who::kNobody, "renewed_at_use", 0}, by_operator("refresh")};
    case Finding::kRequestsRefused:
      return {by_operator("look_at_requests"), by_customer("tick_what_is_missing")};
    case Finding::kIdle:
    case Finding::kFine:
      break;
  }
  return {};
}

// ---- how it came about ----

void add_history(std::vector<Moment>& moments, const Facts& facts) {
  for (const auto& event : facts.detail.history) {
    Moment moment{event.created, event.kind, event.kind == "account.error", {}, {}, 1};
    if (const auto payload = json::Document::parse(event.payload)) {
      moment.code = payload->root().get("reason").string_or("");
      moment.detail = payload->root().get("reason_text").string_or("");
    }
    moments.push_back(std::move(moment));
  }
}

void add_failure(std::vector<Moment>& moments, const Facts& facts) {
  if (!facts.failure || facts.failure->at == 0) return;
  const auto& failure = *facts.failure;
  const std::string code(to_string(failure.error.code));
  moments.push_back(
      {failure.at, "refresh_failed", true, code, failure.error.message, failure.tries});
  if (failure.since < failure.at)
    moments.push_back({failure.since, "refresh_failed_first", true, {}, {}, 1});
}

void add_exchanges(std::vector<Moment>& moments, const Facts& facts) {
  for (const auto& [request, step] : facts.exchanges) {
    std::string asked = step.method + " " + step.host;
    if (!request.action_id.empty()) asked.append(" (").append(request.action_id).append(")");
    moments.push_back(
        {step.started, step.succeeded() ? "exchange" : "exchange_failed", !step.succeeded(),
         step.status > 0 ? std::to_string(step.status) : step.error, std::move(asked), 1});
  }
}

std::vector<Moment> timeline_of(const Facts& facts, std::int64_t last_refresh) {
  std::vector<Moment> moments;
  add_history(moments, facts);
  add_failure(moments, facts);
  add_exchanges(moments, facts);
  if (last_refresh > 0) moments.push_back({last_refresh, "token_fetched", false, {}, {}, 1});
  if (facts.restored && facts.restored_at > 0)
    moments.push_back({facts.restored_at, "restored", true, {}, {}, 1});
  for (const auto& revocation : facts.revocations)
    moments.push_back({revocation.created,
                       "revocation_waits",
                       revocation.attempts > 0,
                       {},
                       revocation.last_error,
                       revocation.attempts});
  std::ranges::sort(moments, [](const Moment& one, const Moment& other) {
    return one.at != other.at ? one.at > other.at : one.id < other.id;
  });
  if (moments.size() > kMostMoments) moments.resize(kMostMoments);
  return moments;
}

std::int64_t since_of(const Explanation& made, const Facts& facts) {
  const auto& account = facts.detail.account;
  const auto of_status = account.status_changed > 0 ? account.status_changed : account.created;
  if (account.status != AccountStatus::kActive && !facts.detail.connector) return 0;
  switch (made.finding) {
    case Finding::kConnectorGone:
    case Finding::kConnectorAwaitsApproval:
    case Finding::kConnectorUnusable:
    case Finding::kConnectorQuarantined:
    case Finding::kConnectorRestarting:
    case Finding::kKeyMissing:
    case Finding::kPermissionsLacking:
    case Finding::kRenewing:
    case Finding::kIdle:
      return 0;
    case Finding::kRestoredWaits:
      return facts.restored_at;
    case Finding::kTokenEnded: {
      std::int64_t ended = 0;
      for (const auto& token : facts.detail.tokens) ended = std::max(ended, token.expires);
      return ended;
    }
    case Finding::kRequestsRefused:
      return facts.exchanges.front().step.started;
    case Finding::kProviderDown:
    case Finding::kRateLimited:
      if (facts.failure) return facts.failure->since;
      return facts.exchanges.empty() ? 0 : facts.exchanges.front().step.started;
    default:
      return facts.failure && account.status == AccountStatus::kActive ? facts.failure->since
                                                                       : of_status;
  }
}

void put_what_was_said(Explanation& made, const Facts& facts) {
  const auto& account = facts.detail.account;
  switch (made.finding) {
    case Finding::kConnectorUnusable:
      made.said = facts.file->reason;
      return;
    case Finding::kConnectorQuarantined:
    case Finding::kConnectorRestarting:
      made.code = to_string(ErrorCode::kConnector);
      made.said = facts.health.last_failure;
      return;
    case Finding::kKeyMissing:
      made.said = facts.sealed_away;
      return;
    case Finding::kSuspended:
    case Finding::kIntegrationOff:
    case Finding::kConnectorGone:
    case Finding::kConnectorAwaitsApproval:
    case Finding::kPermissionsLacking:
      return;
    default:
      break;
  }
  if (account.status == AccountStatus::kError) {
    made.code = account.reason_code;
    made.said = account.reason_text;
  } else if (facts.failure) {
    made.code = to_string(facts.failure->error.code);
    made.said = facts.failure->error.message;
  } else if (!facts.exchanges.empty() && made.urgency != Urgency::kNone) {
    made.code = facts.exchanges.front().step.error;
  }
  if (facts.failure) made.provider_said = facts.failure->error.provider_answer;
}

}  // namespace

Explanation explain(const Facts& facts, std::int64_t now_ms) {
  const auto& account = facts.detail.account;
  Explanation made;
  made.account_id = account.id;
  made.owner_name = account.owner_name;
  made.owner_id = account.owner_id;
  made.connector_id = account.connector_id;
  made.status = account.status;
  if (facts.file) made.manifest = facts.file->manifest;
  made.made_at = now_ms;

  auto found = find(facts, now_ms);
  made.finding = found.front();
  made.also.assign(found.begin() + 1, found.end());
  made.urgency = urgency_of(made.finding);

  for (const auto& token : facts.detail.tokens) {
    made.last_refresh = std::max(made.last_refresh, token.minted);
    if (token.expires > now_ms && (made.serves_until == 0 || token.expires < made.serves_until))
      made.serves_until = token.expires;
  }
  made.serves = account.status == AccountStatus::kActive && facts.sealed_away.empty() &&
                has_valid_token(facts, now_ms);
  if (!made.serves) made.serves_until = 0;
  if (facts.failure) {
    made.last_try = facts.failure->at;
    made.failed_tries = facts.failure->tries;
  }
  if (account.status == AccountStatus::kActive && facts.detail.connector) {
    made.next_try = facts.failure ? facts.retry_at : account.next_refresh;
    for (const auto& resting : facts.resting)
      made.next_try = std::max(made.next_try, now_ms + resting.left_ms);
    if (made.next_try <= now_ms) made.next_try = 0;
  }
  made.missing = missing_in(facts);
  if (made.finding == Finding::kPermissionRefused && facts.failure)
    if (const auto lacking = manifest::PermissionRef::parse(facts.failure->error.permission);
        lacking && std::ranges::find(made.missing, *lacking) == made.missing.end())
      made.missing.push_back(*lacking);
  made.revocations = std::ssize(facts.revocations);
  made.since = since_of(made, facts);
  put_what_was_said(made, facts);
  made.steps = steps_of(made.finding, made.next_try);
  made.timeline = timeline_of(facts, made.last_refresh);
  return made;
}

}  // namespace patchbay::explain
