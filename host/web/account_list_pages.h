#pragma once
// The operator's accounts as a table: filtered, page by page, and several of them suspended,
// resumed or refreshed at once, after a question.
#include "store/accounts_table.h"
#include "web/site.h"

namespace patchbay::web {

class AccountListPages {
 public:
  explicit AccountListPages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  struct Asked;  // by the query
  struct Facts;  // what the table needs besides the accounts

  net::Task<net::Response> list(net::Request& request, const Site::Session& session);
  net::Task<net::Response> change_many(net::Request& request, const Site::Session& session,
                                       net::Params& form);

  net::Task<Result<Facts>> read_facts(std::string project_id, std::vector<std::string> account_ids);
  std::vector<View> provider_options(std::string_view selected, const Language& language) const;
  net::Response ask(const net::Request& request, const Site::Session& session,
                    std::string_view what, const std::vector<store::Account>& accounts) const;
  net::Task<net::Response> carry_out(const net::Request& request, const Site::Session& session,
                                     std::string_view what, std::vector<store::Account> accounts);
  net::Task<Result<>> change_one(const net::Request& request, const Site::Session& session,
                                 std::string_view what, std::string account_id);

  Site& site_;
};

}  // namespace patchbay::web
