#pragma once
// How the serving hub writes its log, as options. What they say can change while it runs: whoever
// reads the options anew calls apply() again.
#include <CLI/CLI.hpp>
#include <string>

#include "base/result.h"

namespace patchbay::cli {

struct LogOptions {
  std::string format = "json";
  std::string levels = "info";

  // Adds --log-format and --log-level.
  void add_to(CLI::App& command);
  // For the whole process. kInvalidArgument: a level or an area that nobody knows; all stays as it
  // was.
  [[nodiscard]] Result<> apply() const;
};

}  // namespace patchbay::cli
