// /api_keys: who may call.
#include <algorithm>

#include "api/api.h"
#include "api/api_response.h"
#include "api/json_body.h"
#include "api/optional_members.h"
#include "base/iso_time.h"

namespace patchbay::api {
namespace {

constexpr std::int64_t kUsualOverlapH = 24;
constexpr std::int64_t kLongestOverlapH = 720;
constexpr std::int64_t kHourMs = 3'600'000;

void write_key(json::Writer& out, const store::ApiKey& key) {
  out.begin_object()
      .member("id", key.id)
      .member("name", key.name)
      .member("scopes", key.scopes)
      .member("prefix", "pb_" + key.prefix)
      .member("created_at", iso_time(key.created));
  write_time_or_null(out, "last_used_at", key.last_used);
  write_time_or_null(out, "ends_at", key.revoked);
  out.end_object();
}

net::Response made_response(const NewApiKey& made) {
  json::Writer out;
  write_key(out, made.row);
  return secret_json(out.take(), "key", made.key.reveal(), 201);
}

}  // namespace

Result<> Api::record_key_event(std::string_view kind, std::string subject,
                               const net::Request& request, const Caller& caller) {
  return audit_.append(audit::asked_by(
      asker(request, caller),
      {.kind = std::string(kind), .project_id = caller.project_id, .subject = std::move(subject)}));
}

Task<net::Response> Api::list_keys(net::Request& request, const Caller& caller) {
  const auto all =
      co_await options_.services.store.read([project = caller.project_id](store::Database& db) {
        return store::api_keys_table::list(db, project);
      });
  if (!all) co_return problem_error(api_error(all.error()), request);
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const auto& key : *all) write_key(out, key);
  co_return net::json(out.end_array().end_object().take());
}

Task<net::Response> Api::create_key(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return problem_error(api_error(body.error()), request);
  const std::string name = body->required_text("name", 100);
  std::string scopes = body->text("scopes");
  if (const auto problems = body->problems())
    co_return problem_error(api_error(*problems), request);
  if (scopes.empty()) scopes = "accounts actions";
  if (const auto written =
          record_key_event("api_key.created", name + ": " + scopes, request, caller);
      !written)
    co_return problem_error(audit_unavailable(written.error()), request);
  const auto& services = options_.services;
  const auto made = co_await create_api_key(services.store, services.clock, services.random,
                                            caller.project_id, name, scopes);
  if (!made) co_return problem_error(api_error(made.error()), request);
  co_return made_response(*made);
}

Task<net::Response> Api::rotate_key(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return problem_error(api_error(body.error()), request);
  const auto hours = body->integer("overlap_hours", kUsualOverlapH, 0, kLongestOverlapH);
  if (const auto problems = body->problems())
    co_return problem_error(api_error(*problems), request);
  const std::string id(request.param("id"));
  if (const auto written = record_key_event("api_key.rotated", id, request, caller); !written)
    co_return problem_error(audit_unavailable(written.error()), request);
  const auto made =
      co_await keys_.rotate(options_.services.random, caller.project_id, id, hours * kHourMs);
  if (!made) co_return problem_error(api_error(made.error()), request);
  co_return made_response(*made);
}

// What takes access away is done first, and recorded after it.
Task<net::Response> Api::revoke_key(net::Request& request, const Caller& caller) {
  const std::string id(request.param("id"));
  const auto done = co_await keys_.revoke(caller.project_id, id);
  if (!done) co_return problem_error(api_error(done.error()), request);
  if (const auto written = record_key_event("api_key.revoked", id, request, caller); !written)
    (void)audit_unavailable(written.error());  // says so in the log
  co_return net::empty(204);
}

}  // namespace patchbay::api
