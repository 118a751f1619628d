#include "mcp/tools.h"

#include "actions/action_search.h"

namespace patchbay::mcp {
namespace {

constexpr std::int64_t kUsuallyFound = 5;
constexpr std::int64_t kMostFound = 50;

std::string plain(const manifest::Manifest& manifest, const manifest::TextId& id) {
  return manifest.texts.plain("en", id);
}

// Absent rather than null: clients refuse a list that holds a null description.
void write_tool(json::Writer& out, const manifest::Manifest& manifest,
                const manifest::Action& action) {
  const auto title = plain(manifest, action.label);
  out.begin_object().member("name", action.id).member("title", title);
  out.member("description", plain(manifest, action.description));
  out.key("inputSchema").raw(action.input_schema);
  out.key("annotations").begin_object().member("title", title);
  out.member("readOnlyHint", action.read_only);
  if (!action.read_only)
    out.member("destructiveHint", action.destructive).member("idempotentHint", action.idempotent);
  out.member("openWorldHint", true).end_object().end_object();
}

void write_search_tool(json::Writer& out, const manifest::Manifest& manifest,
                       const std::string& provider) {
  out.begin_object()
      .member("name", search_tool_name(manifest))
      .member("title", "Search " + provider + " actions")
      .member("description",
              "Finds what can be done with the connected " + provider +
                  " account. Describe the task in a few words, in English or German; each action "
                  "found comes with the schema of its input. Run one with " +
                  execute_tool_name(manifest) + ".");
  out.key("inputSchema")
      .raw(
          R"({"type":"object","properties":{)"
          R"("query":{"type":"string","description":"What you want to do, e.g. list absences"},)"
          R"("top_k":{"type":"integer","minimum":1,"maximum":50,"description":"How many at most; 5 if absent"}},)"
          R"("required":["query"],"additionalProperties":false})");
  out.key("annotations")
      .begin_object()
      .member("readOnlyHint", true)
      .member("openWorldHint", false)
      .end_object()
      .end_object();
}

void write_execute_tool(json::Writer& out, const actions::Catalogue& catalogue,
                        const std::string& provider) {
  bool read_only = true;
  bool destructive = false;
  for (const auto* action : catalogue.actions) {
    read_only = read_only && action->read_only;
    destructive = destructive || action->destructive;
  }
  out.begin_object()
      .member("name", execute_tool_name(*catalogue.manifest))
      .member("title", "Run a " + provider + " action")
      .member("description",
              "Runs one of the actions that " + search_tool_name(*catalogue.manifest) + " finds.");
  out.key("inputSchema")
      .raw(
          R"({"type":"object","properties":{)"
          R"("action_id":{"type":"string","description":"The id of an action that was found"},)"
          R"("input":{"type":"object","description":"By the action's input_schema"},)"
          R"("path":{"type":"object"},"query":{"type":"object"},"body":{"type":"object"},"headers":{"type":"object"}},)"
          R"("required":["action_id"],"additionalProperties":true})");
  out.key("annotations").begin_object().member("readOnlyHint", read_only);
  if (!read_only) out.member("destructiveHint", destructive);
  out.member("openWorldHint", true).end_object().end_object();
}

}  // namespace

std::string search_tool_name(const manifest::Manifest& manifest) {
  return manifest.id + "_search_actions";
}

std::string execute_tool_name(const manifest::Manifest& manifest) {
  return manifest.id + "_execute_action";
}

std::string tool_list(const actions::Catalogue& catalogue, ToolMode mode) {
  json::Writer out;
  out.begin_array();
  if (mode == ToolMode::kIndividual) {
    for (const auto* action : catalogue.actions) write_tool(out, *catalogue.manifest, *action);
  } else {
    const auto provider = plain(*catalogue.manifest, catalogue.manifest->name);
    write_search_tool(out, *catalogue.manifest, provider);
    write_execute_tool(out, catalogue, provider);
  }
  return out.end_array().take();
}

std::string found_actions(const actions::Catalogue& catalogue, const json::Value& arguments) {
  actions::ActionSearch search;
  for (const auto* action : catalogue.actions) search.add(*catalogue.manifest, *action);
  const auto most =
      std::clamp<std::int64_t>(arguments.get("top_k").integer_or(kUsuallyFound), 1, kMostFound);
  json::Writer out;
  out.begin_object().key("actions").begin_array();
  for (const auto& hit :
       search.find(arguments.get("query").string_or(""), static_cast<std::size_t>(most))) {
    out.begin_object()
        .member("action_id", hit.action->id)
        .member("label", plain(*hit.manifest, hit.action->label))
        .member("description", plain(*hit.manifest, hit.action->description));
    out.key("similarity_score").number(hit.similarity);
    out.member("read_only", hit.action->read_only);
    out.key("input_schema").raw(hit.action->input_schema).end_object();
  }
  return out.end_array().end_object().take();
}

std::string tool_result(std::string_view payload, bool is_error) {
  json::Writer out;
  out.begin_object().key("content").begin_array();
  out.begin_object().member("type", "text").member("text", std::string(payload)).end_object();
  out.end_array().key("structuredContent").raw(payload).member("isError", is_error);
  return out.end_object().take();
}

std::string tool_result(const actions::ActionReply& reply) {
  json::Writer out;
  out.begin_object().member("isError", false).key("result").raw(reply.data);
  if (!reply.next.empty()) out.member("next", reply.next);
  return tool_result(out.end_object().take(), false);
}

std::string tool_result(const api::ApiError& told) {
  json::Writer out;
  out.begin_object()
      .member("isError", true)
      .member("status_code", static_cast<std::int64_t>(told.status))
      .member("code", told.code)
      .member("message", told.message);
  out.key("problems").begin_array();
  for (const auto& problem : told.problems)
    out.begin_object()
        .member("pointer", problem.pointer)
        .member("message", problem.message)
        .end_object();
  out.end_array().key("missing_permissions").begin_array();
  for (const auto& permission : told.missing) out.string(permission);
  out.end_array().key("provider_errors").raw(told.provider_errors);
  if (told.may_be_done) out.member("may_be_done", true);
  if (told.retry_after_ms > 0) out.member("retry_after_ms", told.retry_after_ms);
  return tool_result(out.end_object().take(), true);
}

}  // namespace patchbay::mcp
