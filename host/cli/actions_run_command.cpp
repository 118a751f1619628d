// patchbay actions run
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "actions/action_runner.h"
#include "api/record_lines.h"
#include "cli/action_calls.h"
#include "cli/action_files.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/record_table.h"

namespace patchbay::cli {
namespace {

using namespace std::chrono_literals;

// A person waits longer for their turn than an application does.
constexpr auto kLongestWait = 65s;
constexpr std::size_t kMostInput = actions::kMaxInputBytes;
constexpr std::size_t kMostPage = std::size_t{64} << 20U;

struct RunOptions {
  CommonOptions common;
  std::string action;
  std::string account;
  std::string input = "{}";
  std::vector<std::string> files;
  std::string save;
  std::string resume;
  std::uint32_t page_size = 0;
  bool all_pages = false;
  bool dry_run = false;
  bool json = false;
};

Result<std::string> read_all(std::istream& in) {
  std::string text;
  std::array<char, 4096> part{};
  while (in.read(part.data(), part.size()) || in.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMostInput)
      return make_error(ErrorCode::kTooLarge, "--input is larger than any action takes.");
  }
  return text;
}

// JSON itself, "-" for standard input, or a file.
Result<std::string> read_input(const std::string& given) {
  if (given.starts_with('{')) return given;
  if (given == "-") return read_all(std::cin);
  std::ifstream file(given, std::ios::binary);
  if (!file)
    return make_error(ErrorCode::kInvalidArgument,
                      "--input: there is no file " + given + ". Name one, or give a JSON object.");
  return read_all(file);
}

int failed(const actions::ActionError& error) {
  for (const auto& permission : error.missing)
    std::cerr << (error.missing_is_certain ? "missing" : "likely missing")
              << " permission: " << permission << "\n";
  return report(error);
}

// Pages as they come: a table, or lines as the API streams them.
class Pages {
 public:
  explicit Pages(bool as_json) : as_json_(as_json), table_(std::cout) {}

  Result<> print(const actions::ActionReply& reply) {
    PATCHBAY_TRY_ASSIGN(const auto page,
                        json::Document::parse(reply.data, {.max_bytes = kMostPage}));
    records_ += static_cast<std::int64_t>(page.root().size());
    if (as_json_)
      print_lines(page.root(), reply.next);
    else
      table_.add(page.root());
    std::cout << std::flush;
    if (!std::cout) return make_error(ErrorCode::kCancelled, "Nobody reads the records any more.");
    return {};
  }
  // For programs: the line that says where and why it ended.
  void print_end(const std::string& next, const actions::ActionError& error) const {
    if (!as_json_) return;
    json::Writer why;
    why.begin_object().member("code", error.reason).member("message", error.message).end_object();
    std::cout << api::broken_line(records_, next, why.take());
  }
  [[nodiscard]] std::int64_t records() const { return records_; }

 private:
  void print_lines(const json::Value& records, const std::string& next) const {
    std::string lines;
    api::append_records(lines, records);
    std::cout << lines << (next.empty() ? api::end_line(records_) : api::page_line(next));
  }

  const bool as_json_;
  RecordTable table_;
  std::int64_t records_ = 0;
};

// What has been printed stays; where to go on is said.
int stopped(const RunOptions& options, const Pages& pages, const std::string& next) {
  std::cerr << "Stopped after " << pages.records() << " records.";
  if (!next.empty())
    std::cerr << " Go on with: patchbay actions run " << options.action << " --account "
              << options.account << " --all-pages --resume " << next;
  std::cerr << "\n";
  return 1;
}

int run_all_pages(ActionCalls& calls, const RunOptions& options, actions::ActionCall call) {
  const auto found = calls.find(options.action);
  if (found.action != nullptr && found.action->result.kind != manifest::ResultKind::kList)
    return report(make_error(ErrorCode::kInvalidArgument,
                             "This action gives no list. Leave out --all-pages."));
  // The largest pages that the provider has; a cursor brings its own.
  if (call.page_size == 0) call.page_size = std::numeric_limits<std::uint32_t>::max();
  Pages pages(options.json);
  do {
    const auto reply = calls.run(call);
    if (!reply) {
      pages.print_end(call.next, reply.error());
      failed(reply.error());
      return stopped(options, pages, call.next);
    }
    if (const auto printed = pages.print(*reply); !printed) {
      report(printed.error());
      return stopped(options, pages, call.next);
    }
    call.next = reply->next;
  } while (!call.next.empty());
  if (!options.json) std::cerr << pages.records() << " records.\n";
  return 0;
}

void print_reply(const actions::ActionReply& reply, bool as_json) {
  if (as_json) {
    json::Writer out;
    out.begin_object().key("data").raw(reply.data).key("next");
    if (reply.next.empty())
      out.null();
    else
      out.string(reply.next);
    std::cout << out.end_object().take() << "\n";
    return;
  }
  const auto data = json::Document::parse(reply.data, {.max_bytes = kMostPage});
  if (!data) return;
  if (data->root().is_array())
    RecordTable(std::cout).add(data->root());
  else if (!data->root().is_null())
    print_record(std::cout, data->root());
  if (!reply.next.empty())
    std::cerr << "There is more: --all-pages, or --resume " << reply.next << "\n";
}

int run_action(const RunOptions& options) {
  auto input = read_input(options.input);
  if (input) input = with_files(*input, options.files, kMostInput);
  if (!input) return report(input.error());
  if (!options.save.empty() && std::filesystem::exists(options.save))
    return report(make_error(ErrorCode::kConflict,
                             options.save + " is there already; name another file for --save."));
  auto hub_options = options.common.hub_options(1);
  if (!hub_options) return report(hub_options.error());
  hub_options->pace.call_wait = kLongestWait;
  auto hub = Hub::open(std::move(*hub_options));
  if (!hub) return report(hub.error());
  if (const auto started = (*hub)->start_connectors(); !started) return report(started.error());
  ActionCalls calls(**hub);
  actions::ActionCall call{.account_id = options.account,
                           .action_id = options.action,
                           .input = *std::move(input),
                           .next = options.resume,
                           .page_size = options.page_size,
                           .dry_run = options.dry_run};
  if (options.all_pages) return run_all_pages(calls, options, std::move(call));
  const auto reply = calls.run(std::move(call));
  if (!reply) return failed(reply.error());
  if (options.save.empty() || options.dry_run) {
    print_reply(*reply, options.json);
    return 0;
  }
  const auto size = save_file(reply->data, options.save);
  if (!size) return report(size.error());
  std::cerr << options.save << ": " << *size << " bytes.\n";
  return 0;
}

}  // namespace

void add_actions_run(CLI::App& actions, Run& run) {
  auto* command = actions.add_subcommand(
      "run",
      "Run an action for an account and print what came of it.\n"
      "  patchbay actions run acme_list_people --account acc_... --input "
      "'{\"email\":\"ada@example.com\"}'\n"
      "  patchbay actions run acme_list_people --account acc_... --all-pages --json > "
      "people.ndjson\n"
      "  patchbay actions run acme_upload_document --account acc_... --input "
      "'{\"person_id\":\"7\"}' --file file=contract.pdf\n"
      "  patchbay actions run acme_download_document --account acc_... --input '{\"id\":\"9\"}' "
      "--save contract.pdf\n"
      "Exit code: 0 done, 1 refused or failed, 2 used wrongly.");
  auto options = std::make_shared<RunOptions>();
  options->common.add_to(*command);
  options->common.add_project_to(*command);
  command->add_option("action", options->action, "Id, as `patchbay actions search` shows it")
      ->required();
  command->add_option("--account", options->account, "For which account")->required();
  command
      ->add_option("--input", options->input,
                   "A JSON object, a file that holds one, or - for standard input")
      ->type_name("FILE");
  command->add_option("--file", options->files,
                      "NAME=PATH: a file as the input's member of that name; may be repeated");
  auto* save = command
                   ->add_option("--save", options->save,
                                "Where to write the file that the action gives; a new one")
                   ->type_name("FILE");
  auto* all = command->add_flag("--all-pages", options->all_pages,
                                "A list to its end, page after page, in constant memory");
  command->add_option("--resume", options->resume,
                      "Go on behind the page that gave this cursor; give the same --input");
  command->add_option("--page-size", options->page_size,
                      "Records a page; lowered to what the provider takes");
  command
      ->add_flag("--dry-run", options->dry_run,
                 "Check everything, send nothing, and print the request that would go out")
      ->excludes(all);
  all->excludes(save);
  command->add_flag("--json", options->json,
                    "Print JSON; with --all-pages a line for each record and page, as "
                    "docs/clients.md describes them");
  command->callback([&run, options] { run = [options] { return run_action(*options); }; });
}

}  // namespace patchbay::cli
