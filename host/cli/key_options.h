#pragma once
// Where a key-encryption key comes from, as options: one of three.
#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "vault/key_source.h"

namespace patchbay::cli {

struct KeyOptions {
  std::string file;
  std::string variable;
  std::string credential;

  // Adds --<prefix>key-file, --<prefix>key-env and --<prefix>key-credential.
  void add_to(CLI::App& command, const std::string& prefix, const std::string& what);
  // Nothing when none was given.
  [[nodiscard]] std::optional<vault::KeySource> source() const;
};

}  // namespace patchbay::cli
