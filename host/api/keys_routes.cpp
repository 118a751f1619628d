// /api_keys: who may call.
#include <algorithm>

#include "api/api.h"
#include "api/api_response.h"
#include "api/json_body.h"
#include "base/iso_time.h"
#include "base/optional_members.h"

namespace patchbay::api {
namespace {

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

Task<net::Response> Api::list_keys(net::Request& request, const Caller& caller) {
  const auto all = co_await issuer_.list(caller.project_id);
  if (!all) co_return problem_error(api_error(all.error()), request);
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const auto& key : *all) write_key(out, key);
  co_return net::json(out.end_array().end_object().take());
}

Task<net::Response> Api::create_key(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return problem_error(api_error(body.error()), request);
  std::string name = body->required_text("name", 100);
  std::string scopes = body->text("scopes");
  if (const auto problems = body->problems())
    co_return problem_error(api_error(*problems), request);
  const auto made = co_await issuer_.create(caller.project_id, std::move(name), std::move(scopes),
                                            asker(request, caller));
  if (!made) co_return problem_error(made.error(), request);
  co_return made_response(*made);
}

Task<net::Response> Api::rotate_key(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return problem_error(api_error(body.error()), request);
  const auto hours =
      body->integer("overlap_hours", KeyIssuer::kUsualOverlapH, 0, KeyIssuer::kLongestOverlapH);
  if (const auto problems = body->problems())
    co_return problem_error(api_error(*problems), request);
  const auto made = co_await issuer_.rotate(caller.project_id, std::string(request.param("id")),
                                            hours, asker(request, caller));
  if (!made) co_return problem_error(made.error(), request);
  co_return made_response(*made);
}

Task<net::Response> Api::revoke_key(net::Request& request, const Caller& caller) {
  const auto done = co_await issuer_.revoke(caller.project_id, std::string(request.param("id")),
                                            asker(request, caller));
  if (!done) co_return problem_error(api_error(done.error()), request);
  co_return net::empty(204);
}

}  // namespace patchbay::api
