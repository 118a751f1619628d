// What a test or a person may change about the sandbox, as salesforce_sandbox.h names it.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace salesforce_sandbox {

struct Options {
  std::set<std::string, std::less<>> denied;
  bool rotation = false;
  std::int64_t session_minutes = 120;
  std::int64_t batch_size = 2000;
  std::string instance_url, refusal, sign_in_error;
  std::int64_t requests_left = -1;

  // `access`: "read" or "edit".
  [[nodiscard]] bool denies(std::string_view object, std::string_view access) const {
    const auto of = [access](std::string_view name) {
      return std::string(name).append(".").append(access);
    };
    return denied.contains(of("*")) || denied.contains(of(object));
  }
};

}  // namespace salesforce_sandbox
