#include "accounts/connection_attempts.h"

#include <algorithm>
#include <array>

#include "accounts/stored_journal.h"
#include "accounts/waiting_flows.h"
#include "base/json.h"

namespace patchbay::accounts {
namespace {

// A link may wait for the person that long, after a flow's own time.
constexpr std::int64_t kLongestMs = kPatienceMs + connector::FlowLimits{}.total.count();
// How long its end can be seen.
constexpr std::int64_t kKeptMs = 3'600'000;  // one hour

constexpr std::array<std::string_view, 6> kStages = {"made",   "opened", "started",
                                                     "linked", "failed", "cancelled"};

std::string to_json(const AttemptState& state) {
  json::Writer out;
  return out.begin_object()
      .member("stage", kStages.at(static_cast<std::size_t>(state.stage)))
      .member("ends", state.ends)
      .member("kept_until", state.kept_until)
      .member("integration_id", state.integration_id)
      .member("is_vouched", state.is_vouched)
      .member("account_id", state.account_id)
      .member("error_code", state.error_code)
      .member("error_text", state.error_text)
      .end_object()
      .take();
}

AttemptState state_from_json(std::string_view text) {
  AttemptState state;
  state.stage = AttemptStage::kCancelled;
  const auto document = json::Document::parse(text);
  if (!document) return state;
  const auto root = document->root();
  const auto* const stage = std::ranges::find(kStages, root.get("stage").string_or(""));
  if (stage != kStages.end()) state.stage = static_cast<AttemptStage>(stage - kStages.begin());
  state.ends = root.get("ends").integer_or(0);
  state.kept_until = root.get("kept_until").integer_or(0);
  state.integration_id = root.get("integration_id").string_or("");
  state.is_vouched = root.get("is_vouched").bool_or(false);
  state.account_id = root.get("account_id").string_or("");
  state.error_code = root.get("error_code").string_or("");
  state.error_text = root.get("error_text").string_or("");
  return state;
}

ConnectionAttempt from(store::Flow row) {
  auto state = state_from_json(row.state);
  return {std::move(row), std::move(state)};
}

bool is_over(const AttemptState& state) {
  return state.stage != AttemptStage::kMade && state.stage != AttemptStage::kOpened &&
         state.stage != AttemptStage::kStarted;
}

Error no_attempt() {
  return make_error(ErrorCode::kNotFound, "This link has no such connection attempt.");
}
Error not_wanted() {
  return make_error(ErrorCode::kCancelled, "Connecting was cancelled.");
}

Result<ConnectionAttempt> read(store::Database& db, const std::string& id) {
  PATCHBAY_TRY_ASSIGN(auto row, store::flows_table::find(db, id));
  if (!row || row->kind != kAttemptKind) return no_attempt();
  return from(std::move(*row));
}

Result<ConnectionAttempt> read_of(store::Database& db, const std::string& session_id,
                                  const std::string& id) {
  PATCHBAY_TRY_ASSIGN(auto attempt, read(db, id));
  if (attempt.row.session_id != session_id) return no_attempt();
  return attempt;
}

// Newest first.
Result<std::vector<ConnectionAttempt>> all_of(store::Database& db, const std::string& session_id) {
  PATCHBAY_TRY_ASSIGN(auto rows, store::flows_table::of_session(db, session_id));
  std::vector<ConnectionAttempt> attempts;
  for (auto& row : rows)
    if (row.kind == kAttemptKind) attempts.push_back(from(std::move(row)));
  return attempts;
}

// False: somebody else changed it first.
Result<bool> change(store::Database& db, const ConnectionAttempt& attempt,
                    const AttemptState& next) {
  return store::flows_table::change_state(db, attempt.row.id, attempt.row.state, to_json(next),
                                          attempt.row.updated);
}

Result<> change_or_conflict(store::Database& db, const ConnectionAttempt& attempt,
                            const AttemptState& next) {
  PATCHBAY_TRY_ASSIGN(const bool changed, change(db, attempt, next));
  if (changed) return {};
  return make_error(ErrorCode::kConflict, "Somebody else changed this attempt. Try again.");
}

Result<> forget_the_oldest(store::Database& db, const std::string& session_id) {
  PATCHBAY_TRY_ASSIGN(const auto attempts, all_of(db, session_id));
  for (std::size_t i = ConnectionAttempts::kMost - 1; i < attempts.size(); ++i)
    PATCHBAY_TRY(store::flows_table::remove(db, attempts[i].row.id));
  return {};
}

Result<> cancel_in(store::Database& db, const ConnectionAttempt& attempt) {
  if (is_over(attempt.state)) return {};
  auto next = attempt.state;
  next.stage = AttemptStage::kCancelled;
  return change_or_conflict(db, attempt, next);
}

std::string entered_json(const std::vector<connector::NamedValue>& entered) {
  json::Writer out;
  out.begin_array();
  for (const auto& field : entered)
    out.begin_object().member("id", field.name).member("value", field.value).end_object();
  return out.end_array().take();
}

}  // namespace

AttemptStatus status_of(const AttemptState& attempt, const store::ConnectSession& session,
                        std::int64_t now_ms) {
  switch (attempt.stage) {
    case AttemptStage::kLinked:
      return AttemptStatus::kLinked;
    case AttemptStage::kFailed:
      return AttemptStatus::kFailed;
    case AttemptStage::kCancelled:
      return AttemptStatus::kCancelled;
    case AttemptStage::kMade:
    case AttemptStage::kOpened:
    case AttemptStage::kStarted:
      break;
  }
  if (session.status != store::SessionStatus::kOpen) return AttemptStatus::kCancelled;
  const bool expired = now_ms >= attempt.ends || now_ms >= session.expires;
  return expired ? AttemptStatus::kExpired : AttemptStatus::kPending;
}

Task<Result<std::string>> ConnectionAttempts::make(const store::ConnectSession& session) {
  const auto now = services_.clock.unix_ms();
  const AttemptState state{.ends = now + kLongestMs, .kept_until = now + kLongestMs + kKeptMs};
  store::Flow row{services_.random.id("att_"),
                  session.project_id,
                  std::string(kAttemptKind),
                  session.id,
                  {},
                  {},
                  to_json(state),
                  {},
                  now,
                  now};
  PATCHBAY_CO_TRY(co_await services_.store.transact([row](store::Database& db) -> Result<> {
    PATCHBAY_TRY(forget_the_oldest(db, row.session_id));
    return store::flows_table::insert(db, row);
  }));
  co_return std::move(row.id);
}

Task<Result<ConnectionAttempt>> ConnectionAttempts::find(const store::ConnectSession& session,
                                                         std::string id) {
  co_return co_await services_.store.read(
      [session_id = session.id, id = std::move(id)](store::Database& db) {
        return read_of(db, session_id, id);
      });
}

Task<Result<ConnectionAttempt>> ConnectionAttempts::find_opened(
    const store::ConnectSession& session) {
  co_return co_await services_.store.read(
      [id = session.id](store::Database& db) -> Result<ConnectionAttempt> {
        PATCHBAY_TRY_ASSIGN(auto attempts, all_of(db, id));
        std::erase_if(attempts, [](const ConnectionAttempt& attempt) {
          return attempt.state.integration_id.empty();
        });
        const auto last = std::ranges::max_element(
            attempts, {}, [](const ConnectionAttempt& attempt) { return attempt.row.updated; });
        if (last == attempts.end()) return no_attempt();
        return std::move(*last);
      });
}

Task<Result<bool>> ConnectionAttempts::open(const store::ConnectSession& session, std::string id,
                                            Opening opening) {
  const auto now = services_.clock.unix_ms();
  store::Flow place;
  place.id = id;
  place.project_id = session.project_id;
  PATCHBAY_CO_TRY_ASSIGN(
      const auto sealed,
      services_.vault.seal(SecretString(entered_json(opening.entered)), transcript_place(place)));
  co_return co_await services_.store.transact(
      [=, session_id = session.id](store::Database& db) -> Result<bool> {
        PATCHBAY_TRY_ASSIGN(const auto attempt, read_of(db, session_id, id));
        if (attempt.state.stage != AttemptStage::kMade || now >= attempt.state.ends) return false;
        auto next = attempt.state;
        next.stage = AttemptStage::kOpened;
        next.integration_id = opening.integration_id;
        next.is_vouched = opening.is_vouched;
        PATCHBAY_TRY_ASSIGN(const bool ours, change(db, attempt, next));
        if (ours) PATCHBAY_TRY(store::flows_table::update(db, id, to_json(next), sealed, now));
        return ours;
      });
}

Result<std::vector<connector::NamedValue>> ConnectionAttempts::entered(
    const ConnectionAttempt& attempt) const {
  PATCHBAY_TRY_ASSIGN(const auto text,
                      services_.vault.open(attempt.row.sealed, transcript_place(attempt.row)));
  PATCHBAY_TRY_ASSIGN(const auto document, json::Document::parse(text.reveal()));
  std::vector<connector::NamedValue> entered;
  for (std::size_t i = 0; i < document.root().size(); ++i) {
    const auto field = document.root().at(i);
    entered.push_back({field.get("id").string_or(""), field.get("value").string_or("")});
  }
  return entered;
}

Task<Result<>> ConnectionAttempts::cancel(const store::ConnectSession& session, std::string id) {
  co_return co_await services_.store.transact(
      [session_id = session.id, id = std::move(id)](store::Database& db) -> Result<> {
        PATCHBAY_TRY_ASSIGN(const auto attempt, read_of(db, session_id, id));
        if (attempt.state.stage == AttemptStage::kStarted)
          PATCHBAY_TRY(give_up_waiting(db, session_id));
        return cancel_in(db, attempt);
      });
}

Task<Result<>> ConnectionAttempts::fail(std::string id, ErrorCode code, std::string text) {
  if (text.size() > kLongestErrorText) text.resize(kLongestErrorText);
  co_return co_await services_.store.transact([=](store::Database& db) -> Result<> {
    PATCHBAY_TRY_ASSIGN(const auto attempt, read(db, id));
    if (is_over(attempt.state)) return {};
    auto next = attempt.state;
    next.stage = code == ErrorCode::kCancelled ? AttemptStage::kCancelled : AttemptStage::kFailed;
    next.error_code = to_string(code);
    next.error_text = text;
    return change_or_conflict(db, attempt, next);
  });
}

Result<> start_attempt(store::Database& db, const std::string& session_id, const std::string& id,
                       std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(const auto attempts, all_of(db, session_id));
  for (const auto& attempt : attempts)
    if (attempt.state.stage == AttemptStage::kStarted && attempt.row.id != id)
      PATCHBAY_TRY(cancel_in(db, attempt));
  if (id.empty()) return {};
  PATCHBAY_TRY_ASSIGN(const auto attempt, read_of(db, session_id, id));
  if (attempt.state.stage != AttemptStage::kOpened) return not_wanted();
  auto next = attempt.state;
  next.stage = AttemptStage::kStarted;
  next.ends = now_ms + kLongestMs;
  next.kept_until = next.ends + kKeptMs;
  return change_or_conflict(db, attempt, next);
}

Result<> finish_attempt(store::Database& db, const std::string& id, const std::string& account_id) {
  const auto attempt = read(db, id);
  if (!attempt)
    return attempt.error().code == ErrorCode::kNotFound ? not_wanted() : attempt.error();
  if (attempt->state.stage != AttemptStage::kStarted) return not_wanted();
  auto next = attempt->state;
  next.stage = AttemptStage::kLinked;
  next.account_id = account_id;
  return change_or_conflict(db, *attempt, next);
}

Result<std::optional<ConnectionAttempt>> attempt_at_work(store::Database& db,
                                                         const std::string& session_id) {
  PATCHBAY_TRY_ASSIGN(auto attempts, all_of(db, session_id));
  for (auto& attempt : attempts)
    if (attempt.state.stage == AttemptStage::kStarted) return std::optional(std::move(attempt));
  return std::optional<ConnectionAttempt>();
}

}  // namespace patchbay::accounts
