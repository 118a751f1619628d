#include "api/idempotency.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "store/idempotency_table.h"

namespace patchbay::api {
namespace {

namespace records = store::idempotency_table;

constexpr std::size_t kMaxKey = 255;
constexpr std::size_t kMaxKeptBody = std::size_t{64} << 10U;
// Longer than any request is allowed to take.
constexpr std::int64_t kUnderWayMs = 5LL * 60'000;

std::string_view text(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// Everything that decides what a request does. A line's parts can't hold its end.
std::string fingerprint_of(const net::Request& request) {
  std::string all = request.method + "\n" + request.target + "\n";
  all.append(request.header("x-account-id")).append("\n");
  all.append(text(sha256(request.body.reveal())));
  return std::string(text(sha256(all)));
}

bool is_printable(std::string_view key) {
  return std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// What is sealed: the fingerprint; behind it, once there is an answer, "201 application/json\n" and
// the body. A body that is too large is left out, and its status with it.
std::string remembered(std::string_view fingerprint, const net::Response& answer) {
  std::string out(fingerprint);
  const bool fits = answer.body.size() <= kMaxKeptBody;
  out += fits ? std::to_string(answer.status) : std::string("0");
  out.append(" ").append(answer.headers.get("Content-Type").value_or("")).append("\n");
  if (fits) out += answer.body;
  return out;
}

// "status type\nbody"; nothing when no answer was kept.
std::optional<net::Response> answer_from(std::string_view kept) {
  unsigned status = 0;
  const auto blank = std::min(kept.find(' '), kept.size());
  const auto digits = kept.substr(0, blank);
  std::from_chars(digits.data(), digits.data() + digits.size(), status);
  const auto line_end = kept.find('\n', blank);
  if (status == 0 || line_end == std::string_view::npos) return std::nullopt;
  net::Response answer = net::json(std::string(kept.substr(line_end + 1)), status);
  answer.secret = true;  // whether it was one before is not known
  answer.with("Content-Type", kept.substr(blank + 1, line_end - blank - 1));
  return answer;
}

// The rule is in the header. Of 503: what was cancelled may be done all the same.
bool says_undone(const net::Response& answer) {
  const bool refused = answer.status >= 400 && answer.status < 500;
  if (answer.status == 413 || (!refused && answer.status != 503)) return false;
  const auto body = json::Document::parse(answer.body);
  if (body && body->root().get("may_be_done").bool_or(false)) return false;
  if (refused) return true;
  const auto code = body ? body->root().get("code").string_or("") : std::string();
  return code == "audit_unavailable" || code == actions::reason::kAccessChanged ||
         code == actions::reason::kProviderCircuitOpen || code == to_string(ErrorCode::kStorage);
}

ApiError key_malformed() {
  return api_error(make_error(ErrorCode::kInvalidArgument,
                              "An idempotency key is 1 to 255 visible ASCII characters, for "
                              "instance a UUID.",
                              std::string(kIdempotencyHeader)));
}

ApiError key_reused() {
  return api_error(422, "idempotency_key_reused",
                   "Another request was made with this idempotency key. Give each request a key "
                   "of its own, and repeat it with the same address, account and body.");
}

ApiError under_way() {
  ApiError error = api_error(409, "idempotency_under_way",
                             "The first request with this idempotency key is still under way. Ask "
                             "again in a moment.");
  error.retry_after_ms = 1'000;
  return error;
}

ApiError outcome_unknown() {
  return api_error(409, "idempotency_outcome_unknown",
                   "The first request with this idempotency key was interrupted, and nobody knows "
                   "whether it was carried out. Look, then use a new key if it has to be done.");
}

ApiError answer_not_kept() {
  return api_error(409, "idempotency_answer_not_kept",
                   "The request was carried out the first time. Its answer was too large to be "
                   "kept.");
}

}  // namespace

bool IdempotencyKeys::wanted(const net::Request& request) {
  return request.method != "GET" && request.method != "HEAD" &&
         request.headers.has(kIdempotencyHeader);
}

vault::Place IdempotencyKeys::place(const Claim& claim) const {
  return {store::kIdempotencyTable, claim.project_id, claim.id, "answer", 0};
}

Task<IdempotencyKeys::Outcome> IdempotencyKeys::claim(const net::Request& request,
                                                      const Caller& caller) {
  const std::string_view key = request.header(kIdempotencyHeader);
  if (key.empty() || key.size() > kMaxKey || !is_printable(key)) co_return key_malformed();
  Claim mine{sha256_hex(caller.project_id + "\n" + std::string(key)), caller.project_id,
             services_.clock.unix_ms(), fingerprint_of(request)};
  auto sealed = services_.vault.seal(mine.fingerprint, place(mine));
  if (!sealed) co_return api_error(sealed.error());
  const store::IdempotencyRecord record{mine.id, mine.project_id,
                                        store::IdempotencyState::kUnderWay, mine.created,
                                        *std::move(sealed)};
  const auto before = co_await services_.store.transact([record](store::Database& db) {
    return records::claim(db, record, record.created - kIdempotencyKeptMs);
  });
  if (!before) co_return api_error(before.error());
  if (!*before) co_return mine;
  co_return repeat(mine, **before);
}

IdempotencyKeys::Outcome IdempotencyKeys::repeat(const Claim& claim,
                                                 const store::IdempotencyRecord& before) const {
  const auto opened = services_.vault.open(before.sealed, place(claim));
  if (!opened) return api_error(opened.error());
  const std::string_view all = opened->reveal();
  if (all.substr(0, claim.fingerprint.size()) != claim.fingerprint) return key_reused();
  if (before.state == store::IdempotencyState::kUnderWay)
    return claim.created - before.created < kUnderWayMs ? under_way() : outcome_unknown();
  auto answer = answer_from(all.substr(claim.fingerprint.size()));
  if (!answer) return answer_not_kept();
  answer->with("Idempotency-Replayed", "true");
  return *std::move(answer);
}

Task<> IdempotencyKeys::settle(Claim claim, const net::Response& answer) {
  const auto complain = [](const Error& why) {
    log::error("api", "idempotency_not_recorded", {{"error", why.message}});
  };
  if (says_undone(answer)) {
    const auto gone = co_await services_.store.transact(
        [id = claim.id](store::Database& db) { return records::remove(db, id); });
    if (!gone) complain(gone.error());
    co_return;
  }
  std::string plain = remembered(claim.fingerprint, answer);
  const auto secret = SecretString::take(plain);
  auto sealed = services_.vault.seal(secret, place(claim));
  if (!sealed) co_return complain(sealed.error());
  const store::IdempotencyRecord record{claim.id, claim.project_id,
                                        store::IdempotencyState::kAnswered, claim.created,
                                        *std::move(sealed)};
  const auto done = co_await services_.store.transact(
      [record](store::Database& db) { return records::settle(db, record); });
  if (!done) complain(done.error());
}

}  // namespace patchbay::api
