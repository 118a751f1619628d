#include "ledger.h"

namespace patchbay::simulator {

KnownAccount& Ledger::acknowledged(const std::string& id, const std::string& owner,
                                   GrantKind kind) {
  auto& account = accounts_[id];
  account.id = id;
  account.owner = owner;
  account.kind = kind;
  return account;
}

void Ledger::suspended(const std::string& id, std::uint64_t asked) {
  auto& account = accounts_.at(id);
  if (account.resumes_under_way > 0 || account.resume_asked > asked) return;
  account.is_blocked = true;
}

void Ledger::unlinked(const std::string& id) {
  accounts_.at(id).is_blocked = true;
}

Ledger::Resuming::Resuming(Ledger& ledger, const std::string& id)
    : account_(ledger.accounts_.at(id)) {
  ++account_.resumes_under_way;
  account_.resume_asked = ledger.next();
  if (!account_.unlink_asked) account_.is_blocked = false;
}

const KnownAccount* Ledger::find(const std::string& id) const {
  const auto found = accounts_.find(id);
  return found == accounts_.end() ? nullptr : &found->second;
}

std::vector<std::string> Ledger::linked() const {
  std::vector<std::string> ids;
  for (const auto& [id, account] : accounts_)
    if (!account.unlink_asked) ids.push_back(id);
  return ids;
}

bool Ledger::may_hold(const std::string& owner, int grant) const {
  const auto found = attempts_.find(owner);
  return found != attempts_.end() && found->second.contains(grant);
}

}  // namespace patchbay::simulator
