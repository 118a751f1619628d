#include "cli/served_api.h"

#include <utility>

namespace patchbay::cli {

ServedApi::ServedApi(const api::Options& options, net::Origins origins)
    : api_(options),
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

}  // namespace patchbay::cli
