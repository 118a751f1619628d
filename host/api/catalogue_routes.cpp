// GET /actions, POST /actions/search, GET /connectors/meta[/{provider}]: what there is to run.
#include <algorithm>

#include "actions/action_search.h"
#include "actions/catalogue.h"
#include "api/api.h"
#include "api/guide_json.h"
#include "api/json_body.h"
#include "api/query_list.h"
#include "api/query_number.h"
#include "base/optional_members.h"

namespace patchbay::api {
namespace {

constexpr std::size_t kPageSize = 25;
constexpr std::size_t kLargestPage = 100;
constexpr std::int64_t kUsuallyFound = 100;
constexpr std::int64_t kMostFound = 500;

std::string plain(const manifest::Manifest& manifest, const manifest::TextId& id) {
  return id.empty() ? std::string() : manifest.texts.plain("en", id);
}

bool has(const std::vector<std::string>& values, std::string_view value) {
  return std::ranges::find(values, value) != values.end();
}

// Nothing wanted: everything.
bool wants(const std::vector<std::string>& wanted, std::string_view value) {
  return wanted.empty() || has(wanted, value);
}

struct Wish {
  std::vector<std::string> accounts;
  std::vector<std::string> connectors;
  std::vector<std::string> actions;
  bool with_actions = true;
  bool with_details = false;
  bool with_guides = false;
  std::string search;
  std::size_t first = 0;
  std::size_t most = kPageSize;
};

// A larger one is lowered: callers use one size for everything.
Result<std::size_t> number(const net::Params& query, std::string_view name, std::size_t otherwise,
                           std::size_t most) {
  PATCHBAY_TRY_ASSIGN(
      const auto value,
      query_number(query, name, static_cast<std::int64_t>(otherwise), 0, INT64_MAX));
  return std::min(static_cast<std::size_t>(value), most);
}

Result<Wish> read_wish(const net::Params& query) {
  Wish wish;
  wish.accounts = query_list(query, "filter[account_ids]");
  wish.connectors = query_list(query, "filter[connectors]");
  wish.actions = query_list(query, "filter[action_key]");
  wish.with_actions = !has(query_list(query, "exclude"), "actions");
  const auto include = query_list(query, "include");
  wish.with_details = has(include, "operation_details") || has(include, "action_details");
  wish.with_guides = has(include, "authentication_guides");
  wish.search = query.get_or("search", "");
  PATCHBAY_TRY_ASSIGN(wish.first, number(query, "next", 0, 1'000'000));
  PATCHBAY_TRY_ASSIGN(wish.most, number(query, "page_size", kPageSize, kLargestPage));
  wish.most = std::max<std::size_t>(wish.most, 1);
  return wish;
}

void write_action(json::Writer& out, const manifest::Manifest& manifest,
                  const manifest::Action& action, bool with_details) {
  out.begin_object()
      .member("id", action.id)
      .member("label", plain(manifest, action.label))
      .member("description", plain(manifest, action.description))
      .member("schema_type", "native");
  out.key("tags").begin_array();
  for (const auto& tag : action.tags) out.string(tag);
  out.end_array().key("authentication").begin_array();
  for (const auto& method : manifest.auth_methods)
    if (action.token.empty() || method.find_authorization(action.token) != nullptr)
      write_authentication(out, manifest, method, false);
  out.end_array().key("required_scopes").begin_array();
  for (const auto& permission : action.permissions) out.string(permission.to_string());
  out.end_array();
  if (with_details) {
    out.key("operation_details").begin_object();
    out.member("read_only", action.read_only)
        .member("destructive", action.destructive)
        .member("idempotent", action.idempotent);
    out.key("input_schema").raw(action.input_schema).end_object();
  }
  out.end_object();
}

void write_connector(json::Writer& out, const connector::Connector& connector,
                     const std::vector<const manifest::Action*>& actions, const Wish& wish) {
  const auto& manifest = *connector.manifest;
  out.begin_object()
      .member("key", connector.id)
      .member("name", plain(manifest, manifest.name))
      .member("version", manifest.version)
      .member("description", plain(manifest, manifest.summary));
  if (!manifest.logo.bytes.empty()) out.member("icon", manifest.logo.data_uri());
  out.key("authentication").begin_array();
  for (const auto& method : manifest.auth_methods)
    write_authentication(out, manifest, method, wish.with_guides);
  out.end_array();
  if (wish.with_guides) {
    out.key("scope_definitions");
    write_scope_definitions(out, manifest);
  }
  if (wish.with_actions) {
    out.key("actions").begin_array();
    for (const auto* action : actions) write_action(out, manifest, *action, wish.with_details);
    out.end_array();
  }
  out.end_object();
}

std::vector<connector::ConnectorPtr> ready(const connector::Connectors& registry) {
  auto all = registry.list();
  std::erase_if(all, [](const auto& one) {
    return one->state != connector::ConnectorState::kReady || !one->manifest;
  });
  return all;
}

// What a search finds first comes first.
std::vector<const manifest::Action*> chosen(const manifest::Manifest& manifest, const Wish& wish,
                                            const std::vector<std::string>& allowed) {
  std::vector<const manifest::Action*> actions;
  actions::ActionSearch search;
  for (const auto& action : manifest.actions) {
    if (!wants(wish.actions, action.id)) continue;
    if (!wish.accounts.empty() && !has(allowed, action.id)) continue;
    actions.push_back(&action);
    search.add(manifest, action);
  }
  if (wish.search.empty()) return actions;
  actions.clear();
  for (const auto& hit : search.find(wish.search, manifest.actions.size()))
    actions.push_back(hit.action);
  return actions;
}

// StackOne's AI toolset sends it. 0: all that is found.
double least_similarity(JsonBody& body) {
  body.take("min_similarity");
  const auto value = body.root().get("min_similarity");
  if (!value.exists() || value.is_null()) return 0;
  const auto least = value.as_number();
  if (!least || *least < 0 || *least > 1)
    body.wrong("min_similarity", "must be a number from 0 to 1");
  return least.value_or(0);
}

void write_meta(json::Writer& out, const connector::Connector& connector) {
  const auto& manifest = *connector.manifest;
  out.begin_object()
      .member("provider", connector.id)
      .member("provider_name", plain(manifest, manifest.name))
      .member("category", manifest.categories.empty() ? "other" : manifest.categories.front())
      .member("active", true);
  out.key("models").begin_object().end_object();
  out.key("resources").begin_object().key("images").begin_object();
  if (!manifest.logo.bytes.empty()) out.member("logo_url", manifest.logo.data_uri());
  out.end_object().end_object().end_object();
}

}  // namespace

// Which actions these accounts may run, and which connectors they are of.
Task<Result<Api::Allowed>> Api::allowed_to(const Caller& caller,
                                           const std::vector<std::string>& account_ids) {
  Allowed allowed;
  if (account_ids.size() > kLargestPage)
    co_return make_error(ErrorCode::kInvalidArgument, "At most 100 accounts at once.",
                         "filter[account_ids]");
  for (const auto& id : account_ids) {
    auto catalogue =
        co_await actions::catalogue_of(options_.services, runner_, caller.project_id, id);
    if (!catalogue) co_return catalogue.error();
    allowed.connectors.push_back(catalogue->account.connector_id);
    for (const auto* action : catalogue->actions) allowed.actions.push_back(action->id);
  }
  co_return allowed;
}

Task<net::Response> Api::list_actions(net::Request& request, const Caller& caller) {
  const auto wish = read_wish(request.query);
  if (!wish) co_return error(request, api_error(wish.error()));
  const auto allowed = co_await allowed_to(caller, wish->accounts);
  if (!allowed) co_return error(request, api_error(allowed.error()));
  json::Writer out;
  out.begin_object().key("data").begin_array();
  std::size_t at = 0;
  bool more = false;
  for (const auto& connector : ready(options_.services.registry)) {
    if (!wants(wish->connectors, connector->id)) continue;
    if (!wish->accounts.empty() && !has(allowed->connectors, connector->id)) continue;
    const auto actions = chosen(*connector->manifest, *wish, allowed->actions);
    if (actions.empty() && (!wish->actions.empty() || !wish->search.empty())) continue;
    const auto place = at++;
    more = more || place >= wish->first + wish->most;
    if (place >= wish->first && !more) write_connector(out, *connector, actions, *wish);
  }
  out.end_array();
  write_text_or_null(out, "next", more ? std::to_string(wish->first + wish->most) : "");
  co_return net::json(out.end_object().take());
}

Task<net::Response> Api::search_actions(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return error(request, api_error(body.error()));
  const auto query = body->required_text("query", 4096);
  const auto connector_id = body->text("connector");
  const auto most = body->integer("top_k", kUsuallyFound, 1, kMostFound);
  const auto least = least_similarity(*body);
  if (const auto problems = body->problems()) co_return error(request, api_error(*problems));
  const auto connectors = ready(options_.services.registry);
  actions::ActionSearch search;
  for (const auto& connector : connectors)
    if (connector_id.empty() || connector->id == connector_id)
      for (const auto& action : connector->manifest->actions)
        search.add(*connector->manifest, action);
  auto hits = search.find(query, static_cast<std::size_t>(most));
  std::erase_if(hits, [least](const auto& hit) { return hit.similarity < least; });
  json::Writer out;
  out.begin_object().key("results").begin_array();
  for (const auto& hit : hits) {
    // Two generations of clients name the same thing differently.
    out.begin_object()
        .member("id", hit.action->id)
        .member("action_name", hit.action->id)
        .member("connector_key", hit.manifest->id)
        .member("label", plain(*hit.manifest, hit.action->label))
        .member("description", plain(*hit.manifest, hit.action->description))
        .member("project_id", caller.project_id);
    out.key("similarity_score").number(hit.similarity).end_object();
  }
  out.end_array().member("total_count", static_cast<std::int64_t>(hits.size()));
  out.member("query", query);
  if (!connector_id.empty()) out.member("connector_filter", connector_id);
  co_return net::json(out.end_object().take());
}

Task<net::Response> Api::list_connectors(net::Request& /*request*/, const Caller& /*caller*/) {
  json::Writer out;
  out.begin_array();
  for (const auto& connector : ready(options_.services.registry)) write_meta(out, *connector);
  co_return net::json(out.end_array().take());
}

Task<net::Response> Api::get_connector(net::Request& request, const Caller& /*caller*/) {
  const auto connector = options_.services.registry.find(request.param("provider"));
  if (!connector)
    co_return error(request, api_error(make_error(ErrorCode::kNotFound,
                                                  "There is no connector of that name here.")));
  json::Writer out;
  write_meta(out, *connector);
  co_return net::json(out.take());
}

}  // namespace patchbay::api
