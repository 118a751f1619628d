#pragma once

#include <string>
#include <vector>

#include "patchbay/sandbox/state_folder.h"

namespace patchbay::sandbox {

struct PemPair {
  std::string certificate;
  std::string private_key;
};

/// A certificate authority for one developer's machine (ECDSA P-256). It is constrained to the
/// names it was made for (RFC 5280 section 4.2.1.10), so trusting it endangers no other site.
class DevCa {
 public:
  /// Reads `ca.pem` and `ca.key` from the folder; makes them when they are missing, about to
  /// expire or made for other names. Throws SandboxError when they are there but unusable.
  static DevCa open(const StateFolder& folder, const std::vector<std::string>& names);
  /// One that nobody trusts and that is not kept.
  static DevCa throwaway(const std::vector<std::string>& names);

  enum class Validity { good, expired };
  /// A server certificate for these names (DNS names or IPv4 addresses), valid 90 days.
  PemPair issue(const std::vector<std::string>& names, Validity validity = Validity::good) const;

  const std::string& certificate() const { return pem_.certificate; }

 private:
  explicit DevCa(PemPair pem) : pem_(std::move(pem)) {}
  PemPair pem_;
};

}  // namespace patchbay::sandbox
