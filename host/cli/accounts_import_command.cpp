#include <csignal>
#include <filesystem>
#include <iostream>

#include "base/iso_time.h"
#include "cli/actor.h"
#include "cli/commands.h"
#include "cli/import_report.h"
#include "cli/options.h"
#include "moving/csv_rows.h"
#include "moving/importer.h"
#include "moving/links_file.h"
#include "moving/nango_rows.h"
#include "moving/open_source.h"
#include "moving/stackone_rows.h"
#include "net/url.h"
#include "store/integrations_table.h"
#include "store/task_lock.h"

namespace patchbay::cli {
namespace {

using moving::Did;

struct ImportCommand {
  CommonOptions common;
  std::string file;
  std::string from;
  std::string integration;
  std::vector<std::string> map;
  std::vector<std::string> rename;
  std::string owner = "end_user";
  bool dry_run = false;
  bool verify = true;
  std::string links;
  std::int64_t link_days = 14;
  std::string public_url;
  bool json = false;
};

volatile std::sig_atomic_t stop_wanted = 0;

// "a=b" into its halves.
Result<std::pair<std::string, std::string>> halves(const std::string& text, const char* option) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    return make_error(ErrorCode::kInvalidArgument, std::string(option) + " takes FROM=TO");
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

Result<moving::ImportOptions> import_options(const ImportCommand& command) {
  moving::ImportOptions options;
  options.source = command.from;
  options.integration_id = command.integration;
  options.dry_run = command.dry_run;
  options.verify = command.verify;
  options.make_links = !command.links.empty();
  options.link_seconds = command.link_days * 24 * 3600;
  options.actor = actor();
  for (const auto& text : command.map) {
    PATCHBAY_TRY_ASSIGN(auto pair, halves(text, "--map"));
    options.map.insert(std::move(pair));
  }
  for (const auto& text : command.rename) {
    PATCHBAY_TRY_ASSIGN(auto pair, halves(text, "--rename"));
    const auto colon = pair.first.find(':');
    const bool names_one = colon != std::string::npos;
    options.renamings.push_back({names_one ? pair.first.substr(0, colon) : "",
                                 names_one ? pair.first.substr(colon + 1) : pair.first,
                                 std::move(pair.second)});
  }
  return options;
}

Result<> check_links(const ImportCommand& command) {
  if (command.from == "stackone" && command.links.empty() && !command.dry_run)
    return make_error(ErrorCode::kInvalidArgument,
                      "an account list holds no credentials: say where the connect links for the "
                      "people go, with --links FILE --public-url URL");
  if (command.links.empty()) return {};
  const auto parsed = net::parse_url(command.public_url);
  if (!parsed || !(parsed->target.empty() || parsed->target == "/"))
    return make_error(ErrorCode::kInvalidArgument,
                      "links lead to the hub: say --public-url as browsers reach it, such as "
                      "https://hub.example.com");
  return {};
}

// The connector that a CSV without such a column is for.
Result<std::string> connector_of(Hub& hub, const std::string& integration) {
  if (integration.empty()) return std::string();
  PATCHBAY_TRY_ASSIGN(const auto found,
                      hub.loops().block_on(hub.store().read([&](store::Database& db) {
                        return store::integrations_table::find(db, hub.project_id(), integration);
                      })));
  if (!found)
    return make_error(ErrorCode::kNotFound,
                      "there is no such integration; see: patchbay integrations list");
  return found->connector_id;
}

Result<std::unique_ptr<moving::RowSource>> rows_of(const ImportCommand& command,
                                                   moving::SourceFile file,
                                                   const std::string& connector) {
  if (command.from == "csv") return moving::open_csv(std::move(file.in), connector);
  if (command.from == "stackone") return moving::open_stackone(std::move(file.in));
  return moving::open_nango(std::move(file.in), command.owner == "organization"
                                                    ? moving::NangoOwner::kOrganization
                                                    : moving::NangoOwner::kEndUser);
}

// The names of a row, which outlive what is done with its secrets.
moving::SourceRow names_of(const moving::SourceRow& row) {
  moving::SourceRow names;
  names.number = row.number;
  names.line = row.line;
  names.id = row.id;
  names.owner_id = row.owner_id;
  names.owner_name = row.owner_name;
  return names;
}

Result<> write_link(moving::LinksFile& links, const std::string& base,
                    const moving::SourceRow& names, const moving::Outcome& outcome) {
  SecretString link(base.ends_with('/') ? base.substr(0, base.size() - 1) : base);
  link.append("/connect/");
  link.append(outcome.link_token.reveal());
  return links.add({names.id, names.owner_id, names.owner_name, outcome.connector_id,
                    iso_time(outcome.link_expires), link.reveal()});
}

// Two at once would each find that a row's account is not there yet. A dry run makes none.
class OnlyImport {
 public:
  explicit OnlyImport(const ImportCommand& command) : command_(command) {}

  // Before the hub is opened, which may wait for the other one, and again when that made the
  // database's folder.
  Result<> take(bool may_be_absent) {
    if (command_.dry_run || lock_) return {};
    PATCHBAY_TRY_ASSIGN(auto named, command_.common.store_location());
    const auto location =
        named ? *std::move(named) : store::StoreLocation::file(database_path(command_.common.data));
    if (may_be_absent && !location.is_postgres() && !std::filesystem::exists(location.path()))
      return {};
    PATCHBAY_TRY_ASSIGN(auto lock, store::TaskLock::take(location, "import"));
    lock_.emplace(std::move(lock));
    return {};
  }
  [[nodiscard]] Result<> check() const { return lock_ ? lock_->check() : Result<>(); }

 private:
  const ImportCommand& command_;
  std::optional<store::TaskLock> lock_;
};

int run_rows(Hub& hub, const ImportCommand& command, moving::ImportOptions options,
             moving::RowSource& rows, std::int64_t file_size, const OnlyImport& only) {
  std::optional<moving::LinksFile> links;
  if (options.make_links && !options.dry_run) {
    auto made = moving::LinksFile::create(command.links);
    if (!made) return report(made.error());
    links.emplace(*std::move(made));
  }
  options.project_id = hub.project_id();
  moving::Importer importer(hub.accounts(), hub.keeper(), hub.services(), std::move(options));
  ImportReport told(command.json, file_size);
  std::signal(SIGINT, [](int) { stop_wanted = 1; });
  std::signal(SIGTERM, [](int) { stop_wanted = 1; });
  std::optional<Error> broken;
  while (stop_wanted == 0) {
    auto row = rows.next();
    if (!row) {
      broken = row.error();
      break;
    }
    if (!*row) break;
    if (const auto alone = only.check(); !alone) {
      broken = alone.error();
      break;
    }
    const auto names = names_of(**row);
    const auto outcome = hub.loops().block_on(importer.import(*std::move(*row)));
    if (!outcome.link_token.empty()) {
      if (const auto kept = write_link(*links, command.public_url, names, outcome); !kept) {
        broken = kept.error();
        break;
      }
    }
    told.add(names, outcome, rows.bytes_read());
  }
  (void)hub.loops().block_on(hub.revoker().run_due());
  told.finish(broken ? &*broken : nullptr, stop_wanted != 0);
  if (told.count(Did::kImported) + told.count(Did::kUnproven) > 0)
    std::cerr << "The file holds secrets: delete it when you need it no longer.\n";
  if (told.count(Did::kLink) > 0)
    std::cerr
        << "Whoever has a link of " << command.links
        << " can connect that account. Links of earlier runs for these rows work no longer.\n";
  const bool well = !broken && stop_wanted == 0 && told.count(Did::kFailed) == 0 &&
                    told.count(Did::kReconnect) == 0;
  return well ? 0 : 1;
}

int used_wrongly(const Error& error) {
  (void)report(error);
  return 2;
}

int import(const ImportCommand& command) {
  auto options = import_options(command);
  if (!options) return used_wrongly(options.error());
  if (const auto fit = check_links(command); !fit) return used_wrongly(fit.error());
  auto file = moving::open_source(command.file);
  if (!file) return report(file.error());
  if (file->others_may_read && command.from != "stackone")
    std::cerr << "Others on this machine may read " << command.file
              << ", which holds secrets: chmod 600 it.\n";
  auto hub_options = command.common.hub_options(1);
  if (!hub_options) return report(hub_options.error());
  OnlyImport only(command);
  if (const auto taken = only.take(true); !taken) return report(taken.error());
  auto opened = Hub::open(std::move(*hub_options));
  if (!opened) return report(opened.error());
  if (const auto taken = only.take(false); !taken) return report(taken.error());
  Hub& hub = **opened;
  if (const auto started = hub.start_connectors(); !started) return report(started.error());
  const auto connector = connector_of(hub, command.integration);
  if (!connector) return report(connector.error());
  const auto size = file->size;
  auto rows = rows_of(command, *std::move(file), *connector);
  if (!rows) return report(rows.error());
  return run_rows(hub, command, *std::move(options), **rows, size, only);
}

}  // namespace

void add_accounts_import(CLI::App& accounts, Run& run) {
  auto* command = accounts.add_subcommand(
      "import",
      "Import accounts from another hub, with their credentials where its export has them.\n"
      "Each row stands alone; what is there already is left alone, so run it again after mending\n"
      "what failed. Whose credentials the file does not hold gets a connect link with --links; "
      "one\n"
      "that an earlier run made for them and nobody has used ends then.\n"
      "  patchbay accounts import customers.csv --from csv --dry-run\n"
      "  patchbay accounts import connections.json --from nango --map acme-prod=acme \\\n"
      "    --rename acme:subdomain=company --owner organization\n"
      "  patchbay accounts import accounts.json --from stackone --links links.csv \\\n"
      "    --public-url https://hub.example.com\n"
      "Exit code: 0 all rows are in (or have their link), 1 some are not, or the file can't be "
      "read\n"
      "to its end, 2 used wrongly. See docs/moving-in.md.");
  auto options = std::make_shared<ImportCommand>();
  options->common.add_to(*command);
  options->common.add_project_to(*command);
  command->add_option("file", options->file, "The export; for nobody else to read (chmod 600)")
      ->required()
      ->type_name("FILE");
  command->add_option("--from", options->from, "What made the file: nango, stackone or csv")
      ->required()
      ->check(CLI::IsMember({"nango", "stackone", "csv"}));
  command->add_option("--integration", options->integration,
                      "Integration id to import into (default: the connector's default one, or "
                      "the one of the row's environment)");
  command->add_option("--map", options->map,
                      "What the file calls a provider, and the connector it is here: "
                      "acme-prod=acme; repeat it for more");
  command->add_option("--rename", options->rename,
                      "What the file calls a field, and the field of the connector's form: "
                      "subdomain=company, or of one connector acme:subdomain=company");
  command
      ->add_option("--owner", options->owner,
                   "Whose accounts Nango's are: end_user, or organization (the end user's)")
      ->check(CLI::IsMember({"end_user", "organization"}))
      ->capture_default_str();
  command->add_flag("--dry-run", options->dry_run,
                    "Say what would become of each row, and ask no provider");
  command->add_flag("--verify,!--no-verify", options->verify,
                    "Refresh imported tokens at once, which proves them (default). Credentials of "
                    "a form always go through the connector's connect flow");
  command->add_option("--links", options->links,
                      "New file for connect links (CSV), for accounts without credentials");
  command->add_option("--link-days", options->link_days, "How long the links work")
      ->check(CLI::Range(1, 30))
      ->capture_default_str();
  command->add_option("--public-url", options->public_url,
                      "How browsers reach the hub, e.g. https://hub.example.com; for --links");
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([&run, options] { run = [options] { return import(*options); }; });
}

}  // namespace patchbay::cli
