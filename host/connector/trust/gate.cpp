#include "connector/trust/gate.h"

#include <algorithm>

#include "base/log.h"
#include "connector/trust/look_alike.h"
#include "store/change_sequence_table.h"
#include "store/connector_approvals_table.h"

namespace patchbay::connector {
namespace {

using store::ConnectorApproval;
namespace approvals = store::connector_approvals_table;

// What the store knows about a file.
struct Known {
  std::optional<ConnectorApproval> decision;
  std::optional<ConnectorApproval> before;
  std::vector<std::string> connector_ids;
};

Result<Known> known_about(store::Database& db, const std::string& sha256, const std::string& id) {
  Known known;
  PATCHBAY_TRY_ASSIGN(known.decision, approvals::find(db, sha256));
  PATCHBAY_TRY_ASSIGN(known.before, approvals::latest(db, id, sha256));
  PATCHBAY_TRY_ASSIGN(known.connector_ids, approvals::connector_ids(db));
  return known;
}

std::string look_alike_among(const std::vector<std::string>& ids, const std::string& id) {
  const auto skeleton = skeleton_of(id);
  const auto found = std::ranges::find_if(
      ids, [&](const std::string& other) { return other != id && skeleton_of(other) == skeleton; });
  return found == ids.end() ? std::string() : *found;
}

// Only a key that was checked is worth keeping.
std::string verified_signer(const Review& review) {
  return review.signature == SignatureState::kTrusted ? review.signer : std::string();
}

// Against the version let in before. One whose manifest this hub can't read any more counts as
// none.
void compare(const std::optional<ConnectorApproval>& before, const manifest::Manifest& now,
             Review& review) {
  Demands old;
  if (before) {
    const auto parsed = manifest::parse_manifest(before->manifest);
    if (parsed.ok()) old = demands_of(*parsed.manifest);
    review.has_before = true;
    review.before_version = before->version;
    review.before_signer = before->signer;
  }
  review.change = difference(old, demands_of(now));
}

}  // namespace

std::string_view to_string(SignatureState state) {
  switch (state) {
    case SignatureState::kNone:
      return "none";
    case SignatureState::kTrusted:
      return "trusted";
    case SignatureState::kUnknownKey:
      return "unknown_key";
  }
  return "unknown";
}

Result<> StoredGate::read_signature(const ConnectorFile& file, Review& review) const {
  if (file.signature.empty()) return {};
  PATCHBAY_TRY_ASSIGN(const auto signature, parse_minisign_signature(file.signature));
  review.signer = signature.key_id;
  const auto key = std::ranges::find(policy_.trusted_keys, signature.key_id, &MinisignKey::id);
  if (key == policy_.trusted_keys.end()) {
    review.signature = SignatureState::kUnknownKey;
    return {};
  }
  PATCHBAY_TRY_ASSIGN(const auto bytes, file.map());
  PATCHBAY_TRY(verify_minisign(bytes.view(), signature, *key));
  review.signature = SignatureState::kTrusted;
  review.trusted_comment = signature.trusted_comment;
  return {};
}

std::string StoredGate::reason_by_policy(const ConnectorFile& file, const Review& review) const {
  if (std::ranges::find(policy_.pinned, file.sha256) != policy_.pinned.end()) return "pinned_hash";
  if (review.signature == SignatureState::kTrusted) return "trusted_key";
  return policy_.approve_all ? "approve_all" : "";
}

Task<Result<Review>> StoredGate::review(const ConnectorFile& file) {
  Review review;
  if (const auto read = read_signature(file, review); !read)
    review.refusal = "its signature, " + file.path + ".minisig, " + read.error().message;
  auto known =
      co_await store_.read([sha256 = file.sha256, id = file.manifest->id](store::Database& db) {
        return known_about(db, sha256, id);
      });
  if (!known) co_return known.error();
  compare(known->before, *file.manifest, review);
  if (const auto other = look_alike_among(known->connector_ids, file.manifest->id);
      !other.empty() && review.refusal.empty())
    review.refusal = "its id, " + file.manifest->id + ", looks like that of another connector, " +
                     other + "; a connector needs an id of its own";
  if (!review.refusal.empty()) co_return review;

  if (known->decision) {
    review.approved = !known->decision->withdrawn;
    review.withdrawn = known->decision->withdrawn;
    review.reason = known->decision->reason;
    review.actor = known->decision->actor;
    review.decided = known->decision->decided;
    co_return review;
  }
  review.reason = reason_by_policy(file, review);
  if (review.reason.empty()) co_return review;
  review.decided = clock_.unix_ms();
  PATCHBAY_CO_TRY(co_await decide(file, verified_signer(review), review.reason, "policy", false));
  review.approved = true;
  co_return review;
}

// What the policy lets in has been written down by review().
Task<Result<bool>> StoredGate::is_approved(std::string sha256) {
  const auto decision =
      co_await store_.read([sha256](store::Database& db) { return approvals::find(db, sha256); });
  if (!decision) co_return decision.error();
  co_return *decision && !(*decision)->withdrawn;
}

Task<Result<>> StoredGate::approve(const ConnectorFile& file, std::string actor) {
  PATCHBAY_CO_TRY_ASSIGN(const Review now, co_await review(file));
  if (!now.refusal.empty())
    co_return make_error(ErrorCode::kInvalidArgument,
                         file.path + " can't be approved: " + now.refusal);
  if (now.approved) co_return Result<>();
  co_return co_await decide(file, verified_signer(now), "operator", std::move(actor), false);
}

Task<Result<>> StoredGate::withdraw(const ConnectorFile& file, std::string actor) {
  co_return co_await decide(file, {}, "operator", std::move(actor), true);
}

// Audited first: a decision that could not be recorded is not made.
Task<Result<>> StoredGate::decide(const ConnectorFile& file, std::string signer, std::string reason,
                                  std::string actor, bool withdrawn) {
  PATCHBAY_CO_TRY(
      audit_.append({.kind = withdrawn ? "connector.approval_withdrawn" : "connector.approved",
                     .subject = file.sha256,
                     .key_id = signer,
                     .connector_id = file.manifest->id,
                     .actor = reason == "operator" ? actor : reason}));
  const ConnectorApproval row{file.sha256,        file.manifest->id, file.manifest->version,
                              file.manifest_json, std::move(signer), std::move(reason),
                              std::move(actor),   clock_.unix_ms(),  withdrawn};
  const auto written =
      co_await store_.transact([row](store::Database& db) { return approvals::decide(db, row); });
  if (!written) co_return written.error();
  log::info("connector", withdrawn ? "approval_withdrawn" : "approved",
            {{"connector", row.connector_id},
             {"version", row.version},
             {"sha256", row.sha256},
             {"reason", row.reason},
             {"actor", row.actor}});
  co_return Result<>();
}

Task<Result<std::int64_t>> StoredGate::sequence() {
  co_return co_await store_.read(
      [](store::Database& db) { return store::change_sequence_table::current(db); });
}

}  // namespace patchbay::connector
