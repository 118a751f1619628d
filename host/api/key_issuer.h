#pragma once
// A project's API keys, as API and pages hand them out: made, replaced, taken back, and each of it
// in the audit log. What gives access is recorded first, and is not given when it can't be; what
// takes it away is done in any case. Any loop.
#include <cstdint>
#include <string>
#include <vector>

#include "accounts/services.h"
#include "api/api_keys.h"
#include "api/errors.h"

namespace patchbay::api {

class KeyIssuer {
 public:
  static constexpr std::int64_t kHourMs = 3'600'000;
  static constexpr std::int64_t kUsualOverlapH = 24;
  static constexpr std::int64_t kLongestOverlapH = 720;
  static constexpr std::string_view kUsualScopes = "accounts actions";

  // `services` outlive it.
  explicit KeyIssuer(const accounts::Services& services) : services_(services) {}

  // Oldest first, those that are over too.
  Task<Result<std::vector<store::ApiKey>>> list(std::string project_id);
  // kNotFound.
  Task<Result<store::ApiKey>> get(std::string project_id, std::string key_id);

  using Made = boost::system::result<NewApiKey, ApiError>;
  // `scopes`: words with blanks between them; none: kUsualScopes.
  Task<Made> create(std::string project_id, std::string name, std::string scopes, audit::Asker who);
  // The one before is taken for `overlap_h` hours more.
  Task<Made> rotate(std::string project_id, std::string key_id, std::int64_t overlap_h,
                    audit::Asker who);
  // No hub takes the key any more when this returns.
  Task<Result<>> revoke(std::string project_id, std::string key_id, audit::Asker who);

 private:
  Result<> record(std::string_view kind, const std::string& project_id, std::string subject,
                  const audit::Asker& who);

  const accounts::Services& services_;
};

}  // namespace patchbay::api
