#pragma once
// Seals secrets for the database and opens them again. A sealed record is bound to its place
// (table, project, row, column, generation): put anywhere else, it does not open. Built from the
// data keys the store holds; knows nothing of the store itself.
//
// Any thread once built. Record format: record_format.h.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "vault/data_key.h"
#include "vault/key_chain.h"
#include "vault/key_ring.h"

namespace patchbay::vault {

// The place a record belongs to. Borrowed text: must live as long as the call.
struct Place {
  std::string_view table;
  std::string_view project_id;
  std::string_view row_id;  // account, integration, ...
  std::string_view column;  // for name/value tables: the name, e.g. "client_secret"
  std::int64_t generation = 0;
};

// Where a vault learns of data keys that were made after it was unlocked.
class KeySupply {
 public:
  virtual ~KeySupply() = default;
  // The ring as the database has it now. Any thread; waits for the database.
  virtual Result<std::shared_ptr<const KeyRing>> current(const KeyRing& before) = 0;
};

class Vault {
 public:
  static constexpr std::size_t kMaxPlaintext = std::size_t{1} << 20U;
  // Before it seals, a vault that follows asks for keys again when it last did so longer ago.
  static constexpr std::int64_t kSureForMs = 30'000;

  // `random` gives the nonces: it must outlive the vault and, where the vault is shared between
  // threads, be usable from each (OsRandom is). Errors as KeyRing::unlock's.
  static Result<Vault> unlock(const KeyChain& chain, std::span<const WrappedDataKey> keys,
                              Random& random);

  // From now on the vault asks `supply` when it meets a data key it does not know, and before it
  // seals if it has not heard for kSureForMs: a process that was frozen must not seal with a key
  // that was removed meanwhile. Asking holds up the calling thread for one read of the database, so
  // neither seal nor open may be called from inside a store closure. Once, before other threads use
  // the vault; supply and clock outlive it.
  void follow(KeySupply& supply, const Clock& clock);
  // Takes over what somebody else read. Any thread.
  void use(std::shared_ptr<const KeyRing> ring) const;
  [[nodiscard]] std::shared_ptr<const KeyRing> ring() const;

  // kTooLarge above kMaxPlaintext. The same plaintext gives another record each time.
  [[nodiscard]] Result<std::string> seal(std::string_view plaintext, const Place& place) const;
  [[nodiscard]] Result<std::string> seal(const SecretString& secret, const Place& place) const {
    return seal(secret.reveal(), place);
  }

  // kStorage, with a text of its own for each case: not a sealed record or cut short; sealed for
  // another place; altered. kConfiguration: sealed with a data key this database does not hold.
  [[nodiscard]] Result<SecretString> open(std::string_view record, const Place& place) const;

  // Which data key `seal` uses; what rotation compares records with.
  [[nodiscard]] std::string sealing_key_id() const { return ring()->sealing_key_id(); }

 private:
  struct State;
  struct Forget {
    void operator()(State* state) const;
  };
  explicit Vault(Random& random, std::shared_ptr<const KeyRing> ring);

  // Asks the supply, unless another thread has done so since `seen` was taken, and brought the key
  // that is wanted (empty: any).
  [[nodiscard]] Result<std::shared_ptr<const KeyRing>> renewed(
      const std::shared_ptr<const KeyRing>& seen, std::string_view wanted) const;
  [[nodiscard]] Result<std::shared_ptr<const KeyRing>> ring_to_seal_with() const;

  std::unique_ptr<State, Forget> state_;
};

}  // namespace patchbay::vault
