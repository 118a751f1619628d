#pragma once
// API keys: `pb_<prefix>_<43 characters>`. The prefix is public and finds the row; of the key only
// its SHA-256 is stored, compared in constant time. The 256 random bits are what protects it.
//
// Keys that were looked up stay in memory, so that a request needs no database. The memory is
// trusted only under the instance's serving lease (instances/instance.h): revoke_api_key() returns
// when no hub takes the key any more, two seconds later at most. Any thread.
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "api/scopes.h"
#include "audit/audit_log.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/secret.h"
#include "instances/instance.h"
#include "net/asio.h"
#include "net/http_types.h"
#include "store/api_keys_table.h"
#include "store/store.h"

namespace patchbay::api {

using net::Task;

struct NewApiKey {
  store::ApiKey row;
  SecretString key;  // the only copy of it
};

// What a key of that name may do, by `scopes`. kInvalidArgument as for create_api_key.
Result<Scopes> check_new_key(std::string_view name, std::string_view scopes);

// Makes and stores a key. `scopes` are words with blanks between them. kInvalidArgument: a word
// that is no scope, a name that is empty or too long; kConflict: the project has kMostKeys valid
// ones.
inline constexpr std::size_t kMostKeys = 1'000;
Task<Result<NewApiKey>> create_api_key(store::Store& store, const Clock& clock, Random& random,
                                       std::string project_id, std::string name,
                                       std::string scopes);

// Another key with the same name and scopes; the one before stays valid for `overlap_ms`, which
// every hub knows when this returns. kNotFound; kConflict: it is revoked already.
Task<Result<NewApiKey>> rotate_api_key(store::Store& store, const Clock& clock, Random& random,
                                       instances::Instance& instance, std::string project_id,
                                       std::string key_id, std::int64_t overlap_ms);
// No hub takes the key any more when this returns. kNotFound.
Task<Result<>> revoke_api_key(store::Store& store, const Clock& clock,
                              instances::Instance& instance, std::string project_id,
                              std::string key_id);

// Who is calling.
struct Caller {
  std::string key_id;
  std::string project_id;
  Scopes scopes;
  std::int64_t read_at = 0;  // the change sequence at which the key was valid
};

// For the audit log.
audit::Asker asker(const net::Request& request, const Caller& caller);

// The key in an Authorization value: `Basic` with the key as user name and no password, or
// `Bearer`. Nothing when it is neither.
std::optional<SecretString> key_from_authorization(std::string_view authorization);

class ApiKeys {
 public:
  ApiKeys(store::Store& store, const Clock& clock, instances::Instance& instance)
      : store_(store), clock_(clock), instance_(instance) {}

  // kUnauthenticated for every kind of wrong key, with one text; kStorage or kUnavailable when it
  // can't be told.
  Task<Result<Caller>> authenticate(SecretString key);
  // The same for the key that a request carries. kForbidden: it lacks the scope.
  Task<Result<Caller>> identify(const net::Request& request, Scope scope);
  // The same for a bearer whose key is in memory, with nothing to be read or recorded. Null: ask
  // identify(), which also knows why not.
  [[nodiscard]] std::shared_ptr<const Caller> known(const net::Request& request, Scope scope);

 private:
  struct Known {
    store::ApiKey row;
    std::shared_ptr<const Caller> caller;
    std::int64_t read_at = 0;  // change sequence
    std::int64_t use_recorded = 0;
  };

  // As it is at `sequence` or later; only valid ones.
  Task<Result<Known>> find(std::string prefix, std::int64_t sequence);
  Task<> record_use(const store::ApiKey& row);

  store::Store& store_;
  const Clock& clock_;
  instances::Instance& instance_;

  std::mutex mutex_;  // guards what follows; never held across a wait
  std::map<std::string, Known, std::less<>> known_;  // by prefix
};

}  // namespace patchbay::api
