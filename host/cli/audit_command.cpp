#include <algorithm>
#include <charconv>
#include <iomanip>
#include <iostream>

#include "accounts/projects.h"
#include "audit/audit_query.h"
#include "audit/audit_verify.h"
#include "base/iso_time.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/review_text.h"
#include "cli/store_access.h"
#include "store/projects_table.h"
#include "upkeep/audit_head_recorder.h"

namespace patchbay::cli {
namespace {

constexpr int kTampered = 1;
constexpr int kUncertain = 3;

struct AuditOptions {
  CommonOptions common;
  std::string folder;  // empty: DATA/audit
  bool chains_only = false;
  bool as_json = false;
  audit::AuditQuery query;

  [[nodiscard]] std::string audit_folder() const {
    return folder.empty() ? common.data + "/audit" : folder;
  }
};

// The database lies beside the folder and serves this one hub, so every head is this folder's.
Result<std::vector<audit::RecordedHead>> recorded_heads(const CommonOptions& common) {
  PATCHBAY_TRY_ASSIGN(const auto store, open_store_alone(common));
  PATCHBAY_TRY_ASSIGN(auto heads, store->read_blocking(upkeep::recorded_heads));
  for (auto& head : heads) head.instance.clear();
  return heads;
}

int code_of(const audit::FolderReport& report) {
  if (report.is_tampered()) return kTampered;
  return report.is_uncertain() ? kUncertain : 0;
}

void print_json(const audit::FolderReport& report) {
  json::Writer out;
  out.begin_object()
      .member("tampered", report.is_tampered())
      .member("uncertain", report.is_uncertain())
      .member("lines", report.lines)
      .key("files")
      .begin_array();
  for (const auto& file : report.files)
    out.begin_object()
        .member("file", file.file)
        .member("state", to_string(file.state))
        .member("lines", file.lines)
        .member("detail", file.detail)
        .end_object();
  out.end_array().key("expired").begin_array();
  for (const auto& each : report.announced)
    out.begin_object()
        .member("file", each.what.file)
        .member("lines", each.what.lines)
        .member("hash", each.what.hash)
        .member("announced", each.time)
        .member("recorded", each.recorded)
        .end_object();
  out.end_array().end_object();
  std::cout << out.take() << "\n";
}

void print_report(const audit::FolderReport& report, bool against_store) {
  for (const auto& file : report.files)
    if (file.state != audit::FileState::kWhole)
      std::cout << printable(file.file) << ": " << to_string(file.state) << ": " << file.detail
                << "\n";
  const auto gone = std::ranges::count_if(report.announced, [&report](const auto& each) {
    return std::ranges::find(report.files, each.what.file, &audit::FileReport::file) ==
           report.files.end();
  });
  if (gone > 0)
    std::cout << gone << " files are gone since their time was over, as the log says (--json: "
              << "which, and their last hashes)\n";
  std::cout << report.files.size() << " files, " << report.lines << " events"
            << (against_store ? "" : ", without the store") << ": "
            << (report.is_tampered()    ? "NOT as they were written"
                : report.is_uncertain() ? "nothing wrong found, but not all can be told"
                                        : "as they were written")
            << "\n";
}

int verify(const AuditOptions& options) {
  std::optional<std::vector<audit::RecordedHead>> heads;
  if (!options.chains_only) {
    auto read = recorded_heads(options.common);
    if (!read) {
      (void)report(read.error());
      std::cerr << "With --chains-only the files are checked without the database: cut-off ends "
                   "and removed files don't show then.\n";
      return 1;
    }
    heads = std::move(*read);
  }
  const auto found = audit::verify_audit_folder(
      options.audit_folder(),
      heads ? std::optional(std::span<const audit::RecordedHead>(*heads)) : std::nullopt);
  if (!found) return report(found.error());
  if (options.as_json) {
    print_json(*found);
  } else {
    print_report(*found, heads.has_value());
  }
  return code_of(*found);
}

// "2h" is two hours ago; everything else is taken for the beginning of an ISO time.
std::string time_of(const std::string& text, std::int64_t now_ms) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end + 1 != text.data() + text.size() || number < 0 ||
      number > 1'000'000)
    return text;
  constexpr std::int64_t kMinute = 60'000;
  switch (*end) {
    case 'm':
      return iso_time(now_ms - number * kMinute);
    case 'h':
      return iso_time(now_ms - number * 60 * kMinute);
    case 'd':
      return iso_time(now_ms - number * 24 * 60 * kMinute);
    default:
      return text;
  }
}

void print_event(const audit::FoundEvent& found) {
  const auto& event = found.event;
  std::cout << printable(found.time) << "  " << std::left << std::setw(26) << printable(event.kind);
  const auto part = [](std::string_view name, const std::string& value) {
    if (!value.empty()) std::cout << " " << name << "=" << printable(value);
  };
  part("account", event.account_id);
  part("subject", event.subject);
  part("connector", event.connector_id);
  part("key", event.key_id);
  part("actor", event.actor);
  part("peer", event.peer);
  part("request", event.request_id);
  std::cout << "\n";
}

// By id or name. What is no project any more, or where the database can't be asked, is taken for an
// id: the files may know more than the database does.
std::string project_in(const CommonOptions& common) {
  if (common.project.empty()) return {};
  const auto store = open_store_alone(common);
  if (!store) return common.project;
  const auto all = (*store)->read_blocking(store::projects_table::list);
  if (!all) return common.project;
  const auto found = accounts::choose_project(*all, common.project);
  return found ? found->id : common.project;
}

int show(AuditOptions options) {
  options.query.project_id = project_in(options.common);
  const SystemClock clock;
  options.query.since = time_of(options.query.since, clock.unix_ms());
  options.query.until = time_of(options.query.until, clock.unix_ms());
  const auto events = audit::find_audit_events(options.audit_folder(), options.query);
  if (!events) return report(events.error());
  for (const auto& event : *events) {
    if (options.as_json) {
      std::cout << event.line << "\n";
    } else {
      print_event(event);
    }
  }
  return 0;
}

void add_verify(CLI::App& audit, Run& run) {
  auto* command = audit.add_subcommand(
      "verify",
      "Check that no event was edited, removed, inserted or moved, no file's end cut off, and no\n"
      "file taken away but by the hub itself (serve --audit-days). Needs no key; the hub may run\n"
      "meanwhile.\n"
      "Exit code: 0 as it was written, 1 tampered with or damaged, 3 nothing wrong found, but not\n"
      "all can be told.");
  auto options = std::make_shared<AuditOptions>();
  options->common.add_data_to(*command);
  command->add_option("--folder", options->folder, "Folder with the files (default: DATA/audit)")
      ->type_name("FOLDER");
  command->add_flag("--chains-only", options->chains_only,
                    "Without the database: cut-off ends and removed files don't show");
  command->add_flag("--json", options->as_json, "For programs");
  command->callback([&run, options] { run = [options] { return verify(*options); }; });
}

void add_show(CLI::App& audit, Run& run) {
  auto* command = audit.add_subcommand("show",
                                       "Show events, newest last.\n"
                                       "  patchbay audit show --kind access_token.read --since 2h");
  auto options = std::make_shared<AuditOptions>();
  auto& query = options->query;
  options->common.add_data_to(*command);
  command->add_option("--folder", options->folder, "Folder with the files (default: DATA/audit)")
      ->type_name("FOLDER");
  command->add_option("--project", options->common.project, "Only of this project: id or name");
  command->add_option("--account", query.account_id, "Only of this account");
  command->add_option("--kind", query.kind,
                      "Only of this kind; with a dot at its end: that begin so");
  command->add_option("--since", query.since,
                      "From then on: 2026-11-26T03:00 (UTC), or 30m, 2h, 7d");
  command->add_option("--until", query.until, "Before then");
  command->add_option("--last", query.last, "At most so many, the newest")
      ->check(CLI::Range(std::size_t{1}, audit::AuditQuery::kMostLines))
      ->capture_default_str();
  command->add_flag("--json", options->as_json, "The lines as they were written");
  command->callback([&run, options] { run = [options] { return show(*options); }; });
}

}  // namespace

void add_audit_command(CLI::App& app, Run& run) {
  auto* audit =
      app.add_subcommand("audit", "Who did what: look, and check that nothing was changed");
  audit->require_subcommand(1);
  add_verify(*audit, run);
  add_show(*audit, run);
}

}  // namespace patchbay::cli
