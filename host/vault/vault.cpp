#include "vault/vault.h"

#include <algorithm>
#include <mutex>

#include "base/hash.h"
#include "vault/aes_gcm.h"
#include "vault/record_format.h"

namespace patchbay::vault {
namespace {

std::string describe(const Place& place) {
  return std::string(place.table) + "/" + std::string(place.column) + " of " +
         std::string(place.row_id);
}

Error damaged(const Place& place, std::string_view how) {
  return make_error(ErrorCode::kStorage,
                    "The sealed value " + describe(place) + " " + std::string(how));
}

constexpr std::string_view kAdvice =
    " Restore the last backup, or reconnect the account to enter it anew.";

}  // namespace

using Ring = std::shared_ptr<const KeyRing>;

struct Vault::State {
  Random* random = nullptr;
  KeySupply* supply = nullptr;
  const Clock* clock = nullptr;
  std::mutex asking;  // one thread asks the supply, the others wait for its answer
  std::mutex mutex;   // guards what follows; never held across a wait
  Ring ring;
  std::int64_t sure_since = 0;  // unix ms
};

void Vault::Forget::operator()(State* state) const {
  delete state;
}

Vault::Vault(Random& random, Ring ring) : state_(new State) {
  state_->random = &random;
  state_->ring = std::move(ring);
}

Result<Vault> Vault::unlock(const KeyChain& chain, std::span<const WrappedDataKey> keys,
                            Random& random) {
  PATCHBAY_TRY_ASSIGN(auto ring, KeyRing::unlock(chain, keys));
  return Vault(random, std::make_shared<const KeyRing>(std::move(ring)));
}

void Vault::follow(KeySupply& supply, const Clock& clock) {
  state_->supply = &supply;
  state_->clock = &clock;
  state_->sure_since = clock.unix_ms();
}

void Vault::use(Ring ring) const {
  const std::lock_guard lock(state_->mutex);
  state_->ring.swap(ring);
  if (state_->clock != nullptr) state_->sure_since = state_->clock->unix_ms();
}

Ring Vault::ring() const {
  const std::lock_guard lock(state_->mutex);
  return state_->ring;
}

Result<Ring> Vault::renewed(const Ring& seen, std::string_view wanted) const {
  const std::lock_guard one_at_a_time(state_->asking);
  auto now = ring();
  if (now != seen && (wanted.empty() || now->find(wanted) != nullptr)) return now;
  PATCHBAY_TRY_ASSIGN(auto fresh, state_->supply->current(*now));
  use(fresh);
  return fresh;
}

Result<Ring> Vault::ring_to_seal_with() const {
  Ring ring;
  {
    const std::lock_guard lock(state_->mutex);
    ring = state_->ring;
    if (state_->supply == nullptr) return ring;
    const auto age = state_->clock->unix_ms() - state_->sure_since;
    if (age >= 0 && age < kSureForMs) return ring;
  }
  return renewed(ring, {});
}

Result<std::string> Vault::seal(std::string_view plaintext, const Place& place) const {
  if (plaintext.size() > kMaxPlaintext) {
    return make_error(ErrorCode::kTooLarge, "A secret is larger than 1 MiB.");
  }
  PATCHBAY_TRY_ASSIGN(const auto ring, ring_to_seal_with());
  const auto* key = ring->find(ring->sealing_key_id());
  const std::string encoded_place = record::encode_place(place);
  std::string out = record::header(ring->sealing_key_id(), encoded_place);
  GcmNonce nonce{};
  state_->random->fill(nonce);
  const std::string sealed = gcm_seal(key->reveal(), nonce, out + encoded_place, plaintext);
  out.append(nonce.begin(), nonce.end());
  return out + sealed;
}

Result<SecretString> Vault::open(std::string_view record, const Place& place) const {
  const auto parts = record::split(record);
  if (!parts) {
    return damaged(place, "is cut short or is no sealed value." + std::string(kAdvice));
  }
  auto ring = this->ring();
  if (ring->find(parts->key_id) == nullptr && state_->supply != nullptr) {
    PATCHBAY_TRY_ASSIGN(ring, renewed(ring, parts->key_id));
  }
  const auto* key = ring->find(parts->key_id);
  if (key == nullptr) {
    return make_error(ErrorCode::kConfiguration,
                      "The sealed value " + describe(place) +
                          " needs a data key that this database does not hold. It was "
                          "damaged, or copied here from another database.");
  }
  const std::string encoded_place = record::encode_place(place);
  if (parts->header != record::header(parts->key_id, encoded_place)) {
    return damaged(place, "was sealed for another place and moved here." + std::string(kAdvice));
  }
  GcmNonce nonce{};
  std::copy(parts->nonce.begin(), parts->nonce.end(), nonce.begin());
  auto secret =
      gcm_open(key->reveal(), nonce, std::string(parts->header) + encoded_place, parts->sealed);
  if (!secret) return damaged(place, "was altered or damaged." + std::string(kAdvice));
  return *std::move(secret);
}

}  // namespace patchbay::vault
