#include "api/api_keys.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/hash.h"
#include "net/headers.h"
#include "store/change_sequence_table.h"

namespace patchbay::api {
namespace {

constexpr std::string_view kStart = "pb_";
constexpr std::size_t kPrefix = 20;
constexpr std::size_t kSecret = 43;
constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxKnown = 10'000;
constexpr std::int64_t kUseGranularityMs = 60'000;

Error wrong_key() {
  return make_error(ErrorCode::kUnauthenticated,
                    "The API key is missing, unknown or revoked. Send it as the user name of HTTP "
                    "Basic authentication, or as a bearer token.");
}

// "pb_<prefix>_<secret>" -> prefix; empty when it has another shape.
std::string_view prefix_of(std::string_view key) {
  if (key.size() != kStart.size() + kPrefix + 1 + kSecret || !key.starts_with(kStart) ||
      key[kStart.size() + kPrefix] != '_')
    return {};
  return key.substr(kStart.size(), kPrefix);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Scheme and what follows it.
std::pair<std::string_view, std::string_view> parts_of(std::string_view authorization) {
  const std::size_t blank = authorization.find(' ');
  if (blank == std::string_view::npos) return {};
  return {authorization.substr(0, blank), trimmed(authorization.substr(blank))};
}

std::string_view bearer_of(std::string_view authorization) {
  const auto [scheme, value] = parts_of(authorization);
  return net::iequals(scheme, "Bearer") ? value : std::string_view();
}

Caller caller_of(const store::ApiKey& row, std::int64_t read_at) {
  return {row.id, row.project_id, Scopes::from_stored(row.scopes), read_at};
}

}  // namespace

namespace {

NewApiKey make_key(const Clock& clock, Random& random, std::string project_id, std::string name,
                   std::string scopes) {
  NewApiKey made{{}, SecretString(kStart)};
  auto& row = made.row;
  row.id = random.id("key_");
  row.project_id = std::move(project_id);
  row.prefix = random.id("");
  std::string secret = random.token();
  made.key.append(row.prefix);
  made.key.append("_");
  made.key.append(secret);
  wipe(secret.data(), secret.size());
  row.hash = sha256_hex(made.key.reveal());
  row.name = std::move(name);
  row.scopes = std::move(scopes);
  row.created = clock.unix_ms();
  return made;
}

Result<> insert(store::Database& db, const store::ApiKey& row) {
  PATCHBAY_TRY_ASSIGN(const auto all, store::api_keys_table::list(db, row.project_id));
  const auto over = std::count_if(all.begin(), all.end(), [&row](const store::ApiKey& other) {
    return is_over(other, row.created);
  });
  if (all.size() - static_cast<std::size_t>(over) >= kMostKeys)
    return make_error(ErrorCode::kConflict, "There are 1000 keys already. Revoke some.");
  return store::api_keys_table::insert(db, row);
}

}  // namespace

Result<Scopes> check_new_key(std::string_view name, std::string_view scopes) {
  if (name.empty() || name.size() > kMaxName || !is_valid_utf8(name))
    return make_error(ErrorCode::kInvalidArgument, "A key needs a name of at most 100 bytes.",
                      "name");
  return Scopes::from_words(scopes);
}

Task<Result<NewApiKey>> create_api_key(store::Store& store, const Clock& clock, Random& random,
                                       std::string project_id, std::string name,
                                       std::string scopes) {
  PATCHBAY_CO_TRY_ASSIGN(const Scopes granted, check_new_key(name, scopes));
  auto made = make_key(clock, random, std::move(project_id), std::move(name), granted.to_stored());
  PATCHBAY_CO_TRY(
      co_await store.transact([row = made.row](store::Database& db) { return insert(db, row); }));
  co_return made;
}

audit::Asker asker(const net::Request& request, const Caller& caller) {
  return {.key_id = caller.key_id, .request_id = request.id, .peer = request.peer_address};
}

std::optional<SecretString> key_from_authorization(std::string_view authorization) {
  const auto [scheme, value] = parts_of(authorization);
  if (net::iequals(scheme, "Bearer")) return SecretString(value);
  if (!net::iequals(scheme, "Basic")) return std::nullopt;
  auto decoded = base64_decode(value);
  if (!decoded) return std::nullopt;
  const SecretString pair = SecretString::take(*decoded);
  const std::size_t colon = pair.reveal().find(':');
  if (colon == std::string_view::npos || colon + 1 != pair.size()) return std::nullopt;
  return SecretString(pair.reveal().substr(0, colon));
}

Task<Result<>> revoke_api_key(store::Store& store, const Clock& clock,
                              instances::Instance& instance, std::string project_id,
                              std::string key_id) {
  auto revoked = co_await store.transact(
      [project_id, key_id, now = clock.unix_ms()](store::Database& db) -> Result<std::int64_t> {
        PATCHBAY_TRY(store::api_keys_table::revoke(db, project_id, key_id, now));
        return store::change_sequence_table::current(db);
      });
  if (!revoked) co_return revoked.error();
  co_await instance.until_all_have_seen(*revoked);
  co_return Result<>();
}

Task<Result<NewApiKey>> rotate_api_key(store::Store& store, const Clock& clock, Random& random,
                                       instances::Instance& instance, std::string project_id,
                                       std::string key_id, std::int64_t overlap_ms) {
  const auto all = co_await store.read(
      [project_id](store::Database& db) { return store::api_keys_table::list(db, project_id); });
  if (!all) co_return all.error();
  const auto old = std::find_if(all->begin(), all->end(),
                                [&](const store::ApiKey& row) { return row.id == key_id; });
  if (old == all->end()) co_return make_error(ErrorCode::kNotFound, "There is no such API key.");
  if (old->revoked != 0)
    co_return make_error(ErrorCode::kConflict,
                         "This key is revoked already, or about to end. Make a new one.");
  auto made = make_key(clock, random, project_id, old->name, old->scopes);
  auto sequence = co_await store.transact(
      [row = made.row, key_id, overlap_ms](store::Database& db) -> Result<std::int64_t> {
        PATCHBAY_TRY(insert(db, row));
        PATCHBAY_TRY(
            store::api_keys_table::revoke(db, row.project_id, key_id, row.created + overlap_ms));
        return store::change_sequence_table::current(db);
      });
  if (!sequence) co_return sequence.error();
  co_await instance.until_all_have_seen(*sequence);
  co_return made;
}

Task<Result<ApiKeys::Known>> ApiKeys::find(std::string prefix, std::int64_t sequence) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(prefix);
    if (known != known_.end() && known->second.read_at >= sequence) co_return known->second;
  }
  struct Read {
    std::optional<store::ApiKey> row;
    std::int64_t sequence = 0;
  };
  auto read = co_await store_.read([prefix](store::Database& db) -> Result<Read> {
    Read both;
    PATCHBAY_TRY_ASSIGN(both.row, store::api_keys_table::find_by_prefix(db, prefix));
    PATCHBAY_TRY_ASSIGN(both.sequence, store::change_sequence_table::current(db));
    return both;
  });
  if (!read) co_return std::move(read).error();
  const std::lock_guard lock(mutex_);
  if (!read->row || is_over(*read->row, clock_.unix_ms())) {
    known_.erase(prefix);
    co_return wrong_key();
  }
  if (known_.size() >= kMaxKnown) known_.clear();
  auto& known = known_[prefix];
  known.use_recorded = std::max(known.use_recorded, read->row->last_used);
  known.row = *std::move(read->row);
  known.read_at = read->sequence;
  known.caller = std::make_shared<const Caller>(caller_of(known.row, known.read_at));
  co_return known;
}

// Now and then, for the list of keys; a store that can't write is no reason to refuse the call.
Task<> ApiKeys::record_use(const store::ApiKey& row) {
  const std::int64_t now = clock_.unix_ms();
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(row.prefix);
    if (known == known_.end() || now - known->second.use_recorded < kUseGranularityMs) co_return;
    known->second.use_recorded = now;
  }
  (void)co_await store_.transact([id = row.id, now](store::Database& db) {
    return store::api_keys_table::record_use(db, id, now);
  });
}

Task<Result<Caller>> ApiKeys::authenticate(SecretString key) {
  const std::string_view prefix = prefix_of(key.reveal());
  if (prefix.empty()) co_return wrong_key();
  PATCHBAY_CO_TRY_ASSIGN(const auto sequence, co_await instance_.sequence());
  PATCHBAY_CO_TRY_ASSIGN(const Known known, co_await find(std::string(prefix), sequence));
  const auto& row = known.row;
  if (!constant_time_equal(sha256_hex(key.reveal()), row.hash)) co_return wrong_key();
  if (is_over(row, clock_.unix_ms())) co_return wrong_key();  // since it was read
  co_await record_use(row);
  co_return caller_of(row, known.read_at);
}

std::shared_ptr<const Caller> ApiKeys::known(const net::Request& request, Scope scope) {
  if (request.headers.count("Authorization") != 1) return nullptr;
  const std::string_view key = bearer_of(request.header("Authorization"));
  const std::string_view prefix = prefix_of(key);
  if (prefix.empty()) return nullptr;
  const auto now = clock_.unix_ms();
  const auto hash = sha256_digits(key);
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(prefix);
  if (found == known_.end()) return nullptr;
  const Known& known = found->second;
  const bool is_good = constant_time_equal({hash.data(), hash.size()}, known.row.hash) &&
                       instance_.may_serve(known.read_at) && !is_over(known.row, now) &&
                       now - known.use_recorded < kUseGranularityMs &&
                       known.caller->scopes.has(scope);
  return is_good ? known.caller : nullptr;
}

Task<Result<Caller>> ApiKeys::identify(const net::Request& request, Scope scope) {
  // Two of them could be read differently by somebody in between.
  auto key = request.headers.count("Authorization") == 1
                 ? key_from_authorization(request.header("Authorization"))
                 : std::nullopt;
  PATCHBAY_CO_TRY_ASSIGN(Caller caller,
                         co_await authenticate(key ? *std::move(key) : SecretString()));
  if (!caller.scopes.has(scope))
    co_return make_error(ErrorCode::kForbidden, "This API key lacks the scope \"" +
                                                    std::string(to_string(scope)) +
                                                    "\". Make one that has it.");
  co_return caller;
}

}  // namespace patchbay::api
