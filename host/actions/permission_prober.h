#pragma once
// Finds out by probes, which the manifest names, what scopes leave open: the provider lets one
// through, or refuses it in the way of a missing permission; anything else proves nothing. A probe
// only reads, keeps to the provider's pace, and its answer is thrown away. The integration's list
// of allowed actions is not asked: nobody gets to see anything.
//
// An account's probes run one after the other on its loop, those of so many accounts at once; the
// others wait in line. What was found is stored at the end of a check, unless the account was
// connected anew or suspended meanwhile. A process that ends before then leaves it unknown until
// the next connect or check. An earlier finding stays, with its time, until a probe says otherwise.
//
// Any loop.
#include <memory>
#include <string>

#include "accounts/permission_checker.h"
#include "accounts/services.h"
#include "actions/action_runner.h"

namespace patchbay::actions {

class PermissionProber final : public accounts::PermissionChecker {
 public:
  static constexpr std::size_t kInBackground = 2;    // accounts at once on a loop
  static constexpr std::size_t kMostAtOnce = 8;      // those asked for included
  static constexpr std::size_t kLongestLine = 1000;  // more are left unknown
  static constexpr std::int64_t kAskForMs = 15'000;  // no probe of a check begins later

  // Both outlive it and what it began; `runner` waits no longer for an answer than a check may.
  PermissionProber(const accounts::Services& services, ActionRunner& runner);
  ~PermissionProber() override;

  void check_soon(std::string project_id, std::string account_id) override;
  Task<Result<>> check(std::string project_id, std::string account_id) override;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::actions
