#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/state_folder.h"
#include "personio_sandbox/integration.h"
#include "recruiting.h"

namespace patchbay::personio_sandbox {

/// What came in by v1 recruiting: files that wait for an application, and applications. In memory,
/// 10,000 of each at most. The key that opens it is made once and kept in the state folder.
/// Guarded by the service's mutex. Throws SandboxError when the file cannot be read or written.
class RecruitingDesk {
 public:
  explicit RecruitingDesk(const sandbox::StateFolder& folder);

  const RecruitingAccess& access() const { return access_; }

  /// The new file's UUID; empty when there is no room.
  std::string add_file();
  bool has_file(const std::string& uuid) const { return files_.contains(uuid); }

  /// Oldest first.
  std::span<const Applicant> applicants() const { return applicants_; }
  bool has_applied(std::string_view email, std::size_t position) const;
  /// Gives it its ids. False when there is no room.
  bool add(Applicant applicant);
  /// The key stays.
  void clear();

 private:
  static constexpr std::size_t kMost = 10'000;

  RecruitingAccess access_;
  std::set<std::string> files_;
  std::vector<Applicant> applicants_;
};

}  // namespace patchbay::personio_sandbox
