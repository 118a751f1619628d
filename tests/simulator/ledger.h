#pragma once
// What the hubs told people, whichever hub it was: accounts that were acknowledged, and what they
// are no longer allowed to serve. Written by the workload, read by the invariants.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "token_book.h"

namespace patchbay::simulator {

struct KnownAccount {
  std::string id;
  std::string owner;
  GrantKind kind = GrantKind::kCredentials;
  bool unlink_asked = false;  // from then on it may be gone
  bool is_blocked = false;    // a suspension or unlinking was acknowledged, and not taken back
  int resumes_under_way = 0;
  std::uint64_t resume_asked = 0;  // the last time
};

class Ledger {
 public:
  // Counts what is asked and told, so that "before" has a meaning within a millisecond.
  std::uint64_t next() { return ++now_; }

  KnownAccount& acknowledged(const std::string& id, const std::string& owner, GrantKind kind);
  // A suspension that was asked for at `asked`; of one that a resumption overlaps with nobody can
  // say which came last.
  void suspended(const std::string& id, std::uint64_t asked);
  void unlinked(const std::string& id);
  void unlink_asked(const std::string& id) { accounts_.at(id).unlink_asked = true; }

  // While it lives somebody's resumption is under way; it may be done before the answer comes.
  class Resuming {
   public:
    Resuming(Ledger& ledger, const std::string& id);
    ~Resuming() { --account_.resumes_under_way; }
    Resuming(const Resuming&) = delete;
    Resuming& operator=(const Resuming&) = delete;

   private:
    KnownAccount& account_;
  };

  // This owner's account may hold this grant from now on.
  void attempted(const std::string& owner, int grant) { attempts_[owner].insert(grant); }

  [[nodiscard]] const std::map<std::string, KnownAccount>& accounts() const { return accounts_; }
  [[nodiscard]] const KnownAccount* find(const std::string& id) const;
  // Those that nobody has asked to unlink.
  [[nodiscard]] std::vector<std::string> linked() const;
  [[nodiscard]] bool may_hold(const std::string& owner, int grant) const;

 private:
  std::uint64_t now_ = 0;
  std::map<std::string, KnownAccount> accounts_;
  std::map<std::string, std::set<int>> attempts_;
};

}  // namespace patchbay::simulator
