#include "canaries/sandbox_secrets.h"

#include <string>

#include "personio_sandbox/secret_mark.h"

namespace patchbay::canaries {

SandboxSecrets look_for_sandbox_secrets(const std::filesystem::path& place) {
  const Scanner scanner({{"a secret of the sandbox", std::string(personio_sandbox::kSecretMark)}});
  SandboxSecrets out;
  if (std::filesystem::is_directory(place)) {
    out.found = scanner.scan_folder(place);
  } else if (std::filesystem::exists(place)) {
    out.found = scanner.scan_file(place);
  }
  out.scanned = scanner.scanned();
  return out;
}

}  // namespace patchbay::canaries
