#include "cli/options.h"

#include <iostream>

namespace patchbay::cli {

void CommonOptions::add_to(CLI::App& command) {
  command.add_option("--data", data, "Folder of the database and, by default, the key")
      ->envname("PATCHBAY_DATA")
      ->capture_default_str();
  auto* file = command.add_option("--key-file", key_file,
                                  "File with the key that seals everything (default: DATA/key)");
  auto* env = command.add_option("--key-env", key_env, "Environment variable that holds the key");
  auto* credential = command.add_option("--key-credential", key_credential,
                                        "systemd credential that holds the key");
  env->excludes(file);
  credential->excludes(file)->excludes(env);
  command.add_option("--connectors", connectors, "Folder of the connector libraries (*.so)")
      ->envname("PATCHBAY_CONNECTORS")
      ->capture_default_str();
  command.add_option("--worker", worker, "Path of patchbay-worker (default: beside patchbay)");
  command.add_option("--ca-file", ca_file,
                     "PEM file of certificate authorities to trust instead of the system's");
  auto* sandbox = command.add_option(
      "--sandbox", sandboxes,
      "Ready file of a provider sandbox: its hosts are reached there instead of the internet");
  command.add_flag("--real", real, "Refuse every sandbox: real providers only")->excludes(sandbox);
}

Result<HubOptions> CommonOptions::hub_options(std::size_t loops) const {
  HubOptions options;
  options.data_folder = data;
  options.connectors_folder = connectors;
  options.worker_program = worker;
  options.loops = loops;
  options.egress.ca_file = ca_file;
  if (!key_env.empty()) {
    options.key = vault::KeyVariable{key_env};
  } else if (!key_credential.empty()) {
    options.key = vault::KeyCredential{key_credential};
  } else {
    options.key = vault::KeyFile{key_file.empty() ? data + "/key" : key_file};
  }
  for (const auto& sandbox : sandboxes) PATCHBAY_TRY(add_sandbox(sandbox, options.egress));
  return options;
}

int report(const Error& error) {
  std::cerr << "patchbay: " << error.message << "\n";
  if (!error.provider_answer.empty())
    std::cerr << "  the provider said: " << error.provider_answer << "\n";
  return 1;
}

}  // namespace patchbay::cli
