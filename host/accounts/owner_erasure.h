#pragma once
// Erases an owner: who leaves, or asks to be forgotten. Their connect links end first, so that no
// connect under way brings an account back; then their accounts are unlinked, which revokes what
// they had at the provider; then the log of their requests and the history of their accounts go.
//
// What stays: revocations until they are delivered, events that a webhook endpoint still waits for,
// and the audit log, which must not be changed. Done again, it does the rest of what was
// interrupted.
#include <cstdint>
#include <string>

#include "accounts/account_service.h"

namespace patchbay::accounts {

struct ErasedOwner {
  std::int64_t accounts = 0;
  std::int64_t connect_sessions = 0;
  std::int64_t request_logs = 0;
  std::int64_t events = 0;
};

// An object of the four numbers, for programs.
std::string to_json(const ErasedOwner& erased);

// All zero: nothing was there. kStorage and what unlinking gives: some of it may be left.
Task<Result<ErasedOwner>> erase_owner(const Services& services, AccountService& accounts,
                                      std::string project_id, std::string owner_id,
                                      audit::Asker who = {});

}  // namespace patchbay::accounts
