#include "inbound/inbound_urls.h"

#include "base/hash.h"
#include "store/accounts_table.h"
#include "store/inbound_urls_table.h"
#include "store/row_helpers.h"

namespace patchbay::inbound {
namespace {

namespace table = store::inbound_urls_table;

Result<store::Account> find_account(store::Database& db, const std::string& project_id,
                                    const std::string& account_id) {
  return store::required(store::accounts_table::find(db, project_id, account_id), "account");
}

audit::AuditEvent event(std::string_view kind, const std::string& project_id,
                        const std::string& account_id, const audit::Asker& who) {
  return audit::asked_by(
      who, {.kind = std::string(kind), .project_id = project_id, .subject = account_id});
}

SecretString new_token(Random& random) {
  std::string token = random.token();
  return SecretString::take(token);
}

}  // namespace

Result<std::string> InboundUrls::secret_header_of(const std::string& connector_id) const {
  const auto connector = services_.registry.find(connector_id);
  if (!connector || !connector->manifest)
    return make_error(ErrorCode::kConfiguration,
                      "The account's connector is missing. Install it, then ask again.");
  if (!connector->manifest->inbound_events)
    return make_error(ErrorCode::kConfiguration,
                      "This provider sends no events, or its connector does not know how.");
  return connector->manifest->inbound_events->secret_header;
}

Task<Result<NewInboundUrl>> InboundUrls::make(std::string project_id, std::string account_id,
                                              audit::Asker who) {
  PATCHBAY_CO_TRY_ASSIGN(const auto account,
                         co_await services_.store.read([=](store::Database& db) {
                           return find_account(db, project_id, account_id);
                         }));
  NewInboundUrl made;
  PATCHBAY_CO_TRY_ASSIGN(made.secret_header, secret_header_of(account.connector_id));
  const SecretString token = new_token(services_.random);
  made.secret = new_token(services_.random);
  made.path.append("/in/" + account_id + "/");
  made.path.append(token.reveal());
  const auto now = services_.clock.unix_ms();
  const store::InboundUrl row{services_.random.id("inb_"),
                              project_id,
                              account_id,
                              sha256_hex(token.reveal()),
                              made.secret_header,
                              sha256_hex(made.secret.reveal()),
                              now,
                              0};
  PATCHBAY_CO_TRY(services_.audit.append(event("inbound_url.made", project_id, account_id, who)));
  PATCHBAY_CO_TRY(co_await services_.store.transact([row](store::Database& db) -> Result<> {
    PATCHBAY_TRY(find_account(db, row.project_id, row.account_id));
    PATCHBAY_TRY(table::retire(db, row.account_id, row.created, row.created + kOverlapMs));
    return table::insert(db, row);
  }));
  co_return made;
}

Task<Result<>> InboundUrls::withdraw(std::string project_id, std::string account_id,
                                     audit::Asker who) {
  PATCHBAY_CO_TRY(co_await services_.store.read([=](store::Database& db) -> Result<> {
    PATCHBAY_TRY(find_account(db, project_id, account_id));
    return {};
  }));
  audit::append_or_complain(&services_.audit,
                            event("inbound_url.withdrawn", project_id, account_id, who));
  co_return co_await services_.store.transact(
      [=, now = services_.clock.unix_ms()](store::Database& db) -> Result<> {
        PATCHBAY_TRY(find_account(db, project_id, account_id));
        PATCHBAY_TRY_ASSIGN(const bool ended, table::retire(db, account_id, now, now));
        if (!ended) return make_error(ErrorCode::kNotFound, "The account has no such URL.");
        return {};
      });
}

}  // namespace patchbay::inbound
