#pragma once
// What was asked of the provider for one account: the log of its requests, newest first, and one of
// them with its steps. Everybody who is signed in sees them; bodies, where they are kept, are for
// admins, as over the API.
#include "store/request_logs_table.h"
#include "web/site.h"

namespace patchbay::web {

class RequestLogPages {
 public:
  explicit RequestLogPages(Site& site) : site_(site) {}
  void add_routes(net::Router& router);

 private:
  struct Rows;

  net::Task<net::Response> list(net::Request& request, const Site::Session& session);
  net::Task<net::Response> show(net::Request& request, const Site::Session& session);

  net::Task<Result<Rows>> read(store::LogFilter filter);
  net::Task<Result<store::RequestLog>> find(std::string project_id, std::string account_id,
                                            std::string id);

  Site& site_;
};

}  // namespace patchbay::web
