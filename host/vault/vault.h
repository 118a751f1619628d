#pragma once
// Seals secrets for the database and opens them again. A sealed record is bound to its place
// (table, project, row, column, generation): put anywhere else, it does not open. Built from the
// data keys the store holds; knows nothing of the store itself.
//
// Any thread once built; keys lie in wiped memory. Record format: record_format.h.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "vault/data_key.h"
#include "vault/key_encryption_key.h"

namespace patchbay::vault {

// The place a record belongs to. Borrowed text: must live as long as the call.
struct Place {
  std::string_view table;
  std::string_view project_id;
  std::string_view row_id;  // account, integration, ...
  std::string_view column;  // for name/value tables: the name, e.g. "client_secret"
  std::int64_t generation = 0;
};

class Vault {
 public:
  static constexpr std::size_t kMaxPlaintext = std::size_t{1} << 20U;

  // `random` gives the nonces: it must outlive the vault and, where the vault is shared between
  // threads, be usable from each (OsRandom is). Needs at least one key that is not retired; the
  // newest of these seals. Wrong KEK: kConfiguration.
  static Result<Vault> unlock(const KeyEncryptionKey& kek, std::span<const WrappedDataKey> keys,
                              Random& random);

  // kTooLarge above kMaxPlaintext. The same plaintext gives another record each time.
  [[nodiscard]] Result<std::string> seal(std::string_view plaintext, const Place& place) const;
  [[nodiscard]] Result<std::string> seal(const SecretString& secret, const Place& place) const {
    return seal(secret.reveal(), place);
  }

  // kStorage, with a text of its own for each case: not a sealed record or cut short; sealed for
  // another place; altered. kConfiguration: sealed with a data key this database does not hold.
  [[nodiscard]] Result<SecretString> open(std::string_view record, const Place& place) const;

  // Which data key `seal` uses; what rotation compares records with.
  [[nodiscard]] const std::string& sealing_key_id() const { return sealing_key_id_; }

 private:
  explicit Vault(Random& random) : random_(&random) {}

  std::map<std::string, SecretString, std::less<>> keys_;
  std::string sealing_key_id_;
  Random* random_;
};

}  // namespace patchbay::vault
