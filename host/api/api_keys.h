#pragma once
// API keys: `pb_<prefix>_<43 characters>`. The prefix is public and finds the row; of the key only
// its SHA-256 is stored, compared in constant time. The 256 random bits are what protects it.
//
// Keys that were looked up stay in memory, so that a request needs no database. The memory is
// trusted only while the store's change sequence, which every revocation raises, has been read
// within `trust`: a key revoked by another process stops working within that time, one revoked
// here at once. Any thread.
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "api/scopes.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/secret.h"
#include "net/asio.h"
#include "net/http_types.h"
#include "store/api_keys_table.h"
#include "store/store.h"

namespace patchbay::api {

using net::Task;

// Makes and stores a key; what comes back is the only copy of it. `scopes` are words with blanks
// between them. kInvalidArgument: a word that is no scope, a name that is empty or too long.
Task<Result<SecretString>> create_api_key(store::Store& store, const Clock& clock, Random& random,
                                          std::string project_id, std::string name,
                                          std::string scopes);

// Who is calling.
struct Caller {
  std::string key_id;
  std::string project_id;
  Scopes scopes;
};

// The key in an Authorization value: `Basic` with the key as user name and no password, or
// `Bearer`. Nothing when it is neither.
std::optional<SecretString> key_from_authorization(std::string_view authorization);

class ApiKeys {
 public:
  ApiKeys(store::Store& store, const Clock& clock,
          std::chrono::milliseconds trust = std::chrono::milliseconds(1000))
      : store_(store), clock_(clock), trust_(trust) {}

  // kNotFound.
  Task<Result<>> revoke(std::string project_id, std::string key_id);

  // kUnauthenticated for every kind of wrong key, with one text; kStorage when it can't be told.
  Task<Result<Caller>> authenticate(SecretString key);
  // The same for the key that a request carries. kForbidden: it lacks the scope.
  Task<Result<Caller>> identify(const net::Request& request, Scope scope);

 private:
  struct Known {
    store::ApiKey row;
    std::int64_t use_recorded = 0;
  };

  Task<Result<>> trust_memory();
  Task<Result<store::ApiKey>> find(std::string prefix);
  Task<> record_use(const store::ApiKey& row);

  store::Store& store_;
  const Clock& clock_;
  const std::chrono::milliseconds trust_;

  std::mutex mutex_;  // guards what follows; never held across a wait
  std::map<std::string, Known, std::less<>> known_;  // by prefix
  std::int64_t sequence_ = -1;                       // what known_ goes back to
  std::int64_t sequence_read_ = 0;                   // unix ms; 0: never
};

}  // namespace patchbay::api
