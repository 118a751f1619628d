#pragma once
// Makes accounts of rows that another hub's export holds. What the export has decides how: fields
// of a form go through the connector's connect flow, as a person's would; tokens of somebody who
// signed in are stored as that flow would have stored them, and the first refresh proves them;
// where it has neither, a connect link is made for the person. Each row stands alone, and one that
// was imported once is not imported again: its account's metadata says so (imported_from,
// imported_id). A link that an earlier run made for a row ends when there is a new one, or an
// account.
//
// Any loop, one row at a time.
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "accounts/account_service.h"
#include "manifest/form_check.h"
#include "moving/earlier_links.h"
#include "moving/row_form.h"
#include "moving/source_row.h"

namespace patchbay::moving {

enum class Did : std::uint8_t {
  kImported,   // stored, and the provider agreed
  kUnproven,   // stored; the provider could not be asked
  kReconnect,  // stored, and the provider refused its tokens: the person has to connect again
  kLink,       // a link was made, for the person to connect
  kAlready,    // it is there
  kFailed,     // nothing was stored
  kReady,      // would be imported
  kWouldLink,  // would get a link
};
// "imported", "needs link" ...
std::string_view to_word(Did did);

struct ImportOptions {
  std::string project_id;
  std::string source;                      // "nango", part of what an account remembers
  std::map<std::string, std::string> map;  // the source's provider -> connector
  std::vector<Renaming> renamings;         // the source's field -> the form's
  std::string integration_id;              // empty: the environment's, or the connector's default
  bool dry_run = false;
  bool verify = true;  // refresh imported tokens at once
  bool make_links = false;
  std::int64_t link_seconds = 14LL * 24 * 3600;
  std::string actor;  // for the audit log
};

struct Outcome {
  Did did = Did::kFailed;
  std::string connector_id;
  std::string account_id;
  std::string detail;  // why, for people; never a secret
  // In the connector's words, where it refused: texts of `connector`.
  connector::ConnectorPtr connector;
  connector::FlowMessage message;
  std::vector<manifest::FieldProblem> field_problems;
  // kLink: the connect session's token and end.
  SecretString link_token;
  std::int64_t link_expires = 0;  // unix ms
};

class Importer {
 public:
  // They outlive it.
  Importer(accounts::AccountService& service, accounts::TokenKeeper& keeper,
           const accounts::Services& services, ImportOptions options)
      : service_(service),
        keeper_(keeper),
        services_(services),
        options_(std::move(options)),
        links_(services_, options_.project_id, options_.source) {}

  net::Task<Outcome> import(SourceRow row);

 private:
  struct Work;
  net::Task<Result<Outcome>> work_on(Work& work);
  Result<> choose_connector(Work& work) const;
  net::Task<Result<>> choose_integration(Work& work);
  net::Task<Result<bool>> is_there(Work& work, Outcome& outcome);
  net::Task<Result<>> end_links(const Work& work);
  net::Task<Result<Outcome>> link_form(Work& work);
  net::Task<Result<Outcome>> take_tokens(Work& work);
  net::Task<Result<Outcome>> prove(Work& work, store::Account account);
  net::Task<Result<Outcome>> make_link(Work& work);
  [[nodiscard]] accounts::SessionRequest session_for(const Work& work) const;
  void record(const Work& work, std::string_view kind, const std::string& account_id) const;

  accounts::AccountService& service_;
  accounts::TokenKeeper& keeper_;
  const accounts::Services& services_;
  const ImportOptions options_;
  EarlierLinks links_;
  bool knows_links_ = false;
  // What leaves no account to find again: links of this run, and all of a dry run.
  std::unordered_set<std::string> seen_;
};

}  // namespace patchbay::moving
