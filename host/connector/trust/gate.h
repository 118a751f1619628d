#pragma once
// Who may run: decides about connector files before any of their code runs. A file is let in by its
// content's SHA-256: because an operator approved it, or because the policy does (a pinned hash, a
// signature by a trusted key, everything). Decisions are kept in the store and audited; one that
// was withdrawn outweighs the policy until somebody approves that content again.
//
// What can't be trusted whoever asks is refused: a signature that does not fit, an id that looks
// like another connector's.
//
// Any thread.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/audit_log.h"
#include "base/clock.h"
#include "connector/connector_file.h"
#include "connector/trust/demands.h"
#include "connector/trust/minisign.h"
#include "net/asio.h"
#include "store/store.h"

namespace patchbay::connector {

using net::Task;

struct TrustPolicy {
  bool approve_all = false;         // for demonstrations
  std::vector<std::string> pinned;  // SHA-256 in hex, lower case
  std::vector<MinisignKey> trusted_keys;
};

enum class SignatureState : std::uint8_t {
  kNone,
  kTrusted,     // verified, by a key of the policy
  kUnknownKey,  // by a key that is not in the policy, so it can't be verified
};
std::string_view to_string(SignatureState state);

// What is known about one file.
struct Review {
  bool approved = false;
  std::string reason;  // why approved: "operator", "pinned_hash", "trusted_key", "approve_all"
  std::string actor;   // who, when it was an operator
  std::int64_t decided = 0;  // unix ms
  bool withdrawn = false;    // an operator took it back
  std::string refusal;       // not empty: can't be approved either

  SignatureState signature = SignatureState::kNone;
  std::string signer;           // key id
  std::string trusted_comment;  // verified ones only

  // Of the same connector, let in before.
  bool has_before = false;
  std::string before_version;
  std::string before_signer;  // empty: it was not signed
  DemandChange change;        // against that version; against nothing when there is none
};

class Gate {
 public:
  virtual ~Gate() = default;
  virtual Task<Result<Review>> review(const ConnectorFile& file) = 0;
  // Whether the last decision about this content lets it in: cheap, for looking again.
  virtual Task<Result<bool>> is_approved(std::string sha256) = 0;
  // An operator's decision. kInvalidArgument when the review refuses it.
  virtual Task<Result<>> approve(const ConnectorFile& file, std::string actor) = 0;
  virtual Task<Result<>> withdraw(const ConnectorFile& file, std::string actor) = 0;
  // Another value: decisions may have changed, here or in another process.
  virtual Task<Result<std::int64_t>> sequence() = 0;
};

// The one there is outside of tests. Everything it is given outlives it.
class StoredGate final : public Gate {
 public:
  StoredGate(store::Store& store, const Clock& clock, audit::AuditLog& audit, TrustPolicy policy)
      : store_(store), clock_(clock), audit_(audit), policy_(std::move(policy)) {}

  Task<Result<Review>> review(const ConnectorFile& file) override;
  Task<Result<bool>> is_approved(std::string sha256) override;
  Task<Result<>> approve(const ConnectorFile& file, std::string actor) override;
  Task<Result<>> withdraw(const ConnectorFile& file, std::string actor) override;
  Task<Result<std::int64_t>> sequence() override;

 private:
  [[nodiscard]] std::string reason_by_policy(const ConnectorFile& file, const Review& review) const;
  Result<> read_signature(const ConnectorFile& file, Review& review) const;
  Task<Result<>> decide(const ConnectorFile& file, std::string signer, std::string reason,
                        std::string actor, bool withdrawn);

  store::Store& store_;
  const Clock& clock_;
  audit::AuditLog& audit_;
  const TrustPolicy policy_;
};

}  // namespace patchbay::connector
