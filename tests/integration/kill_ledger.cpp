#include "kill_ledger.h"

#include <sstream>

namespace patchbay::integration {

void KillLedger::read(const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  std::string first;
  std::string second;
  std::int64_t generation = 0;
  words >> verb >> first;
  if (verb == "begin") {
    words >> second;
    minting_ = first != "unlink";
    unlinking_ = first == "unlink" ? second : "";
    refreshing_ = first == "refresh" ? second : "";
    return;
  }
  if (verb == "failed" || verb == "error:") {
    failure_ = line;
    return;
  }
  if (verb != "linked" && verb != "refreshed" && verb != "unlinked") return;
  ++acknowledged_;
  minting_ = false;
  unlinking_.clear();
  refreshing_.clear();
  if (verb == "linked") {
    words >> second >> generation;
    accounts_[second] = generation;
  } else if (verb == "refreshed") {
    words >> generation;
    accounts_[first] = generation;
    ++refreshes_;
  } else {
    accounts_.erase(first);
    unlinked_.insert(first);
  }
}

std::string KillLedger::check(store::Database& db) {
  const auto rows = db.query("SELECT id, generation FROM accounts");
  if (!rows) return rows.error().message;
  std::map<std::string, std::int64_t> found;
  for (const auto& row : *rows) found[row.text(0)] = row.integer(1);
  for (const auto& [id, generation] : accounts_) {
    const auto there = found.find(id);
    if (there == found.end()) {
      if (id != unlinking_) return "account " + id + " was acknowledged and is lost";
    } else if (there->second < generation) {
      return "account " + id + " went back to generation " + std::to_string(there->second);
    }
  }
  for (const auto& id : unlinked_)
    if (found.contains(id)) return "account " + id + " was unlinked and is back";
  if (!refreshing_.empty() && found[refreshing_] > accounts_[refreshing_]) ++refreshes_;
  if (!unlinking_.empty() && !found.contains(unlinking_)) unlinked_.insert(unlinking_);
  accounts_ = std::move(found);
  unlinking_.clear();
  refreshing_.clear();
  minting_ = false;
  return {};
}

}  // namespace patchbay::integration
