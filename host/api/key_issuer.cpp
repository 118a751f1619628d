#include "api/key_issuer.h"

#include <algorithm>
#include <utility>

namespace patchbay::api {

Result<> KeyIssuer::record(std::string_view kind, const std::string& project_id,
                           std::string subject, const audit::Asker& who) {
  return services_.audit.append(audit::asked_by(
      who, {.kind = std::string(kind), .project_id = project_id, .subject = std::move(subject)}));
}

Task<Result<std::vector<store::ApiKey>>> KeyIssuer::list(std::string project_id) {
  co_return co_await services_.store.read(
      [project_id](store::Database& db) { return store::api_keys_table::list(db, project_id); });
}

Task<Result<store::ApiKey>> KeyIssuer::get(std::string project_id, std::string key_id) {
  PATCHBAY_CO_TRY_ASSIGN(auto all, co_await list(std::move(project_id)));
  const auto found = std::ranges::find(all, key_id, &store::ApiKey::id);
  if (found == all.end()) co_return make_error(ErrorCode::kNotFound, "There is no such API key.");
  co_return std::move(*found);
}

Task<KeyIssuer::Made> KeyIssuer::create(std::string project_id, std::string name,
                                        std::string scopes, audit::Asker who) {
  if (scopes.empty()) scopes = kUsualScopes;
  if (const auto checked = check_new_key(name, scopes); !checked)
    co_return api_error(checked.error());
  if (const auto recorded = record("api_key.created", project_id, name + ": " + scopes, who);
      !recorded)
    co_return audit_unavailable(recorded.error());
  auto made = co_await create_api_key(services_.store, services_.clock, services_.random,
                                      std::move(project_id), std::move(name), std::move(scopes));
  if (!made) co_return api_error(made.error());
  co_return *std::move(made);
}

Task<KeyIssuer::Made> KeyIssuer::rotate(std::string project_id, std::string key_id,
                                        std::int64_t overlap_h, audit::Asker who) {
  if (const auto recorded = record("api_key.rotated", project_id, key_id, who); !recorded)
    co_return audit_unavailable(recorded.error());
  auto made = co_await rotate_api_key(services_.store, services_.clock, services_.random,
                                      services_.instance, std::move(project_id), std::move(key_id),
                                      overlap_h * kHourMs);
  if (!made) co_return api_error(made.error());
  co_return *std::move(made);
}

Task<Result<>> KeyIssuer::revoke(std::string project_id, std::string key_id, audit::Asker who) {
  PATCHBAY_CO_TRY(co_await revoke_api_key(services_.store, services_.clock, services_.instance,
                                          project_id, key_id));
  if (const auto recorded = record("api_key.revoked", project_id, std::move(key_id), who);
      !recorded)
    (void)audit_unavailable(recorded.error());  // says so in the log
  co_return Result<>();
}

}  // namespace patchbay::api
