#include "web/storage_pages.h"

#include <utility>

#include "store/migrations.h"
#include "web/operator_routes.h"
#include "web/storage_view.h"

namespace patchbay::web {

void StoragePages::add_routes(net::Router& router) {
  OperatorRoutes<StoragePages> routes(router, site_, *this);
  routes.get("/app/settings/storage", &StoragePages::show, store::Role::kAdmin);
}

net::Task<net::Response> StoragePages::show(net::Request& request, const Site::Session& session) {
  const Language& language = language_of(request);
  const auto& options = site_.options;
  const auto facts = co_await options.store.read(
      [location = options.location](store::Database& db) -> Result<StorageFacts> {
        StorageFacts facts;
        PATCHBAY_TRY_ASSIGN(facts.schema_version, store::schema_version(db));
        PATCHBAY_TRY_ASSIGN(facts.epoch, store::store_epoch_table::current(db));
        if (location) {
          PATCHBAY_TRY_ASSIGN(facts.size, store::size_of_store(db, *location));
        }
        PATCHBAY_TRY_ASSIGN(facts.keys, store::KeyReport::read(db));
        return facts;
      });
  if (!facts) co_return site_.error(request, facts.error(), &session);
  View view;
  view.flag("at_storage", true).text("data_folder", options.data_folder);
  put_storage(view, *facts, options.location,
              options.key_chain == nullptr ? std::string() : options.key_chain->id(), site_.now(),
              language);
  co_return site_.page(request, {.template_name = "storage",
                                 .title = language.text("storage.title"),
                                 .view = std::move(view),
                                 .nav = Nav::kSettings,
                                 .session = &session});
}

}  // namespace patchbay::web
