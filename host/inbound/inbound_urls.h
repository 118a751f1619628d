#pragma once
// The URL at which an account's provider delivers events, and the secret that proves the provider.
// Any loop. Every call names its project; what belongs to another project is kNotFound. Making one
// is recorded in the audit log first, and not done when that fails; withdrawing one is done in any
// case.
#include <cstdint>
#include <string>

#include "accounts/services.h"

namespace patchbay::inbound {

using net::Task;

// Shown once; the store keeps hashes.
struct NewInboundUrl {
  SecretString path;          // "/in/{account}/{token}", below the hub's URL
  std::string secret_header;  // in which the provider has to send the secret
  SecretString secret;
};

class InboundUrls {
 public:
  static constexpr std::int64_t kOverlapMs = 24 * 3'600'000LL;

  explicit InboundUrls(const accounts::Services& services) : services_(services) {}

  // The URL before it stays good for kOverlapMs, for the provider to be told of the new one.
  // kConfiguration: the provider sends no events, or its connector is missing.
  Task<Result<NewInboundUrl>> make(std::string project_id, std::string account_id,
                                   audit::Asker who);
  // Nothing is taken there any more. kNotFound: there was none, or no such account.
  Task<Result<>> withdraw(std::string project_id, std::string account_id, audit::Asker who);

 private:
  Result<std::string> secret_header_of(const std::string& connector_id) const;

  const accounts::Services& services_;
};

}  // namespace patchbay::inbound
