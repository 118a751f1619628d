#pragma once
// Settings: this hub's audit log, newest first, and whether it is as it was written. Admins alone
// see it. Everything that waits for the disk runs on the reader's own threads, and the work for
// one page is bounded (audit/audit_page.h).
#include "audit/audit_reader.h"
#include "web/site.h"

namespace patchbay::web {

class AuditPages {
 public:
  explicit AuditPages(Site& site);
  void add_routes(net::Router& router);

 private:
  net::Task<net::Response> list(net::Request& request, const Site::Session& session);
  net::Task<net::Response> verify(net::Request& request, const Site::Session& session);
  // A word that changes when a verification begins or ends: for reload.js.
  net::Task<net::Response> state(net::Request& request, const Site::Session& session);
  net::Task<Result<>> begin_verification();

  Site& site_;
  audit::AuditReader reader_;
};

}  // namespace patchbay::web
