#include "cli/key_options.h"

namespace patchbay::cli {

void KeyOptions::add_to(CLI::App& command, const std::string& prefix, const std::string& what) {
  auto* from_file =
      command.add_option("--" + prefix + "key-file", file, "File with " + what)->type_name("FILE");
  auto* from_variable = command.add_option("--" + prefix + "key-env", variable,
                                           "Environment variable that holds it instead");
  auto* from_credential = command.add_option("--" + prefix + "key-credential", credential,
                                             "systemd credential that holds it instead");
  from_variable->excludes(from_file);
  from_credential->excludes(from_file)->excludes(from_variable);
}

std::optional<vault::KeySource> KeyOptions::source() const {
  if (!variable.empty()) return vault::KeyVariable{variable};
  if (!credential.empty()) return vault::KeyCredential{credential};
  if (!file.empty()) return vault::KeyFile{file};
  return std::nullopt;
}

}  // namespace patchbay::cli
