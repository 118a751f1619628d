#include "cli/served_api.h"

#include <utility>

#include "api/errors.h"

namespace patchbay::cli {

ServedApi::ServedApi(const api::Options& options, net::Origins origins)
    : clock_(options.services.clock),
      api_(options),
      embed_({.accounts = options.accounts,
              .services = options.services,
              .origins = std::move(origins)}),
      agents_({.services = options.services,
               .door = api_.door(),
               .runner = api_.runner(),
               .version = PATCHBAY_VERSION}) {}

void ServedApi::add_routes(net::Router& router) {
  api_.add_routes(router);
  embed_.add_routes(router);
  agents_.add_routes(router);
}

net::Response ServedApi::error(const net::Request& request, unsigned status) const {
  auto response = api::error_for_path(request, status, clock_.unix_ms());
  embed_.let_pages_read(request, response);
  return response;
}

}  // namespace patchbay::cli
