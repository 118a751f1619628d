#include "cli/log_options.h"

#include "base/log_setup.h"

namespace patchbay::cli {

void LogOptions::add_to(CLI::App& command) {
  command
      .add_option("--log-format", format,
                  "How the log is written to stderr: json (an object a line) or text (for people)")
      ->check(CLI::IsMember({"json", "text"}))
      ->capture_default_str();
  command
      .add_option("--log-level", levels,
                  "What the log holds: debug, info, warning, error or none, and others for single "
                  "areas, e.g. info,http=debug,refresh=warning; see docs/metrics.md")
      ->capture_default_str();
}

Result<> LogOptions::apply() const {
  PATCHBAY_TRY(log::set_levels(levels));
  log::set_format(format == "text" ? log::Format::kText : log::Format::kJson);
  return {};
}

}  // namespace patchbay::cli
