#include <algorithm>
#include <set>

#include "manifest/checks.h"
#include "manifest/input_schema.h"
#include "manifest/path_template.h"

namespace patchbay::manifest {
namespace {

bool is_json_pointer(std::string_view text) {
  return text.empty() || text.front() == '/';
}

// One action. Every input its author lists has to end up somewhere in the request: one that does
// not is a filter that silently filters nothing.
class ActionCheck {
 public:
  ActionCheck(const Manifest& manifest, const Action& action, std::string pointer, Report& report)
      : manifest_(manifest), action_(action), pointer_(std::move(pointer)), report_(report) {}

  void run() {
    if (!action_.id.starts_with(manifest_.id + "_"))
      refuse("action_prefix", "/id",
             "An action's id starts with the provider's: " + in_quotes(manifest_.id + "_") + ".");
    for (std::size_t i = 0; i < action_.tags.size(); ++i)
      if (!is_id(action_.tags[i]))
        refuse("id_shape", "/tags/" + std::to_string(i), in_quotes(action_.tags[i]) + " is no id.");
    check_hints();
    if (action_.input != nullptr) check_examples();
    if (action_.handler == Handler::kConnector) {
      if (!action_.method.empty() || !action_.token.empty() ||
          action_.pagination.kind != PaginationKind::kNone)
        refuse(
            "handler", "",
            "The connector handles this action by itself. Remove request, pagination and token.");
      return;
    }
    if (action_.method.empty()) {
      refuse("handler", "", "Say which request to send, or set handler to connector.");
      return;
    }
    check_host();
    check_token();
    check_pagination();
    check_result();
    if (action_.input == nullptr) return;  // reported while reading
    check_path();
    check_parameters(action_.query, "/request/query", InputSchema::kScalar | InputSchema::kArray);
    check_headers();
    check_body();
    check_unused();
  }

 private:
  void refuse(std::string_view rule, const std::string& below, std::string message) {
    report_.add(rule, pointer_ + below, std::move(message));
  }

  // Agents learn from examples, and repeat what is wrong in them.
  void check_examples() {
    const auto schema = json::Document::parse(action_.input_schema, {std::size_t{8} << 20U, 64});
    const auto examples = schema ? schema->root().get("examples") : json::Value();
    if (examples.exists() && (!examples.is_array() || examples.size() > kMostExamples))
      refuse("input_example", "/input/examples", "examples is a list of ten inputs at most.");
    for (std::size_t i = 0; examples.is_array() && i < examples.size(); ++i)
      for (const Problem& problem : action_.input->check(examples.at(i)))
        refuse("input_example", "/input/examples/" + std::to_string(i) + problem.pointer,
               "This example is not right by its own schema: it " + problem.message + ".");
  }

  void check_hints() {
    const bool changes = action_.method == "PUT" || action_.method == "PATCH" ||
                         action_.method == "DELETE" || action_.destructive;
    if (action_.read_only && changes)
      refuse("hints", "/hints", "This action changes something. Remove read_only.");
    if (action_.method == "DELETE" && !action_.destructive)
      refuse("hints", "/hints", "A DELETE is destructive. Say so, so that people are asked first.");
  }

  void check_host() {
    const auto& hosts = manifest_.hosts;
    const bool covered = std::any_of(hosts.begin(), hosts.end(), [this](const HostRule& rule) {
      return rule.host == action_.host &&
             (rule.methods.empty() || std::find(rule.methods.begin(), rule.methods.end(),
                                                action_.method) != rule.methods.end());
    });
    if (!covered)
      refuse("url_not_covered", "/request",
             "No entry of hosts allows " + action_.method + " to " + in_quotes(action_.host) +
                 ". Add it there.");
  }

  void check_token() {
    if (action_.token.empty()) {
      refuse("token_missing", "", "Say which token the request is authorised with.");
      return;
    }
    for (const AuthMethod& method : manifest_.auth_methods)
      if (method.find_authorization(action_.token) == nullptr)
        refuse("token_unknown", "/token",
               "The method " + in_quotes(method.id) + " does not say how requests with token " +
                   in_quotes(action_.token) + " are authorised. Add it to its authorization.");
  }

  void check_pagination() {
    const Pagination& paging = action_.pagination;
    if (paging.kind == PaginationKind::kNone) return;
    const bool by_path =
        paging.kind == PaginationKind::kCursorLink || paging.kind == PaginationKind::kCursor;
    const bool by_param = paging.kind != PaginationKind::kCursorLink;
    const bool links_lead_somewhere =
        paging.link_path.empty() || (!by_param && parse_path_template(paging.link_path));
    const bool counts_records = paging.kind == PaginationKind::kOffset;
    const bool counts_pages = paging.kind == PaginationKind::kPage;
    const bool limited = !paging.limit_param.empty();
    if (by_path == paging.next_path.empty() || by_param == paging.cursor_param.empty() ||
        !links_lead_somewhere || (!counts_records && !paging.total_records_path.empty()) ||
        (!counts_pages && !paging.total_pages_path.empty()) ||
        (!counts_records && !counts_pages && paging.first != 0) ||
        limited != (paging.limit_max != 0) || paging.limit_default > paging.limit_max ||
        !is_json_pointer(paging.next_path) || !is_json_pointer(paging.total_pages_path) ||
        !is_json_pointer(paging.total_records_path))
      refuse("pagination", "/pagination",
             "cursor_link needs next_path and may have link_path, a path; cursor needs next_path "
             "and cursor_param; offset and "
             "page need cursor_param and may have first and their total path. limit_param goes "
             "with limit_max, which limit_default does not exceed. Paths are JSON pointers.");
    if (action_.result.kind != ResultKind::kList)
      refuse("pagination", "/result", "What comes in pages is a list. Set the result's kind so.");
    for (const Parameter& parameter : action_.query)
      if (parameter.name == paging.limit_param || parameter.name == paging.cursor_param)
        refuse("pagination", "/request/query",
               "The host sets " + in_quotes(parameter.name) + " itself. Remove it here.");
  }

  void check_result() {
    if (!is_json_pointer(action_.result.path) || !is_json_pointer(action_.result.success_path))
      refuse("result", "/result", "Paths are JSON pointers: start them with /, or leave them out.");
  }

  void check_path() {
    const auto path = parse_path_template(action_.path);
    if (!path) {
      refuse("path_shape", "/request/path",
             "A path starts with /, holds {inputs} as whole segments, and nothing that would have "
             "to be encoded.");
      return;
    }
    for (const auto& segment : path->segments) {
      if (!segment.placeholder) continue;
      used_.insert(segment.text);
      const auto types = action_.input->property_types(segment.text);
      if (types == 0 || (types & ~InputSchema::kScalar) != 0 ||
          !action_.input->requires_property(segment.text))
        refuse("path_input", "/request/path",
               in_quotes(segment.text) +
                   " has to be a required input of type string, integer, number or boolean.");
    }
  }

  void check_input(const Parameter& parameter, InputSchema::Types allowed,
                   const std::string& where) {
    if (parameter.input.empty()) return;
    used_.insert(parameter.input);
    const auto types = action_.input->property_types(parameter.input);
    if (types == 0) {
      refuse("input_unknown", where,
             "There is no input " + in_quotes(parameter.input) +
                 ". Add it to the input's properties.");
    } else if ((types & ~allowed) != 0) {
      refuse("input_type", where,
             "The input " + in_quotes(parameter.input) + " has a type that does not fit here.");
    }
  }

  void check_parameters(const std::vector<Parameter>& parameters, const std::string& below,
                        InputSchema::Types allowed) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const std::string where = below + "/" + std::to_string(i);
      if (parameters[i].file && below != "/request/body/parameters")
        refuse("parameter", where, "Only a multipart body takes files.");
      check_input(parameters[i], parameters[i].file ? InputSchema::kObject : allowed, where);
    }
  }

  void check_headers() {
    check_parameters(action_.headers, "/request/headers", InputSchema::kScalar);
    for (std::size_t i = 0; i < action_.headers.size(); ++i)
      if (!is_header_name(action_.headers[i].name) || is_reserved_header(action_.headers[i].name))
        refuse("header_name", "/request/headers/" + std::to_string(i) + "/name",
               in_quotes(action_.headers[i].name) + " is the host's own, or no header name.");
  }

  void check_body() {
    const Body& body = action_.body;
    if (body.kind == BodyKind::kNone) return;
    const std::string where = "/request/body";
    if (action_.method == "GET") refuse("body", where, "A GET has no body. Use the query.");
    if (!body.whole_input.empty()) {
      used_.insert(body.whole_input);
      if (body.kind != BodyKind::kJson || !body.parameters.empty())
        refuse("body", where, "whole_input is for JSON bodies, without parameters.");
      if (!action_.input->has_property(body.whole_input))
        refuse("input_unknown", where + "/whole_input",
               "There is no input " + in_quotes(body.whole_input) + ".");
    }
    const InputSchema::Types allowed =
        body.kind == BodyKind::kJson ? ~0U : InputSchema::kScalar | InputSchema::kArray;
    check_parameters(body.parameters, where + "/parameters", allowed);
    for (std::size_t i = 0; i < body.parameters.size(); ++i) {
      const Parameter& parameter = body.parameters[i];
      if (body.kind == BodyKind::kJson && !parameter.name.starts_with('/'))
        refuse("body", where + "/parameters/" + std::to_string(i) + "/name",
               "In a JSON body the name is a JSON pointer, such as /person/id.");
      if (parameter.file && body.kind != BodyKind::kMultipart)
        refuse("parameter", where + "/parameters/" + std::to_string(i),
               "Only a multipart body takes files.");
    }
  }

  void check_unused() {
    for (const auto& name : action_.input->property_names()) {
      const bool paging = action_.pagination.kind != PaginationKind::kNone &&
                          (name == kPageSizeInput || name == kCursorInput);
      if (!paging && !used_.contains(name))
        refuse("input_unused", "/input/properties/" + pointer_token(name),
               "Nothing in the request uses this input. Use it, or remove it.");
    }
  }

  static constexpr std::size_t kMostExamples = 10;

  const Manifest& manifest_;
  const Action& action_;
  std::string pointer_;
  Report& report_;
  std::set<std::string, std::less<>> used_;
};

// A probe that changes something, or is refused for another reason than the permission, would be
// worse than none.
bool is_good(const PermissionProbe& probe, const Manifest& manifest, const PermissionRef& tried) {
  const Action* action = manifest.find_action(probe.action_id);
  if (action == nullptr || action->input == nullptr) return false;
  const auto input = json::Document::parse(probe.input);
  const bool names_records = !probe.name_path.empty();
  return action->read_only && action->handler == Handler::kHttp &&
         action->permissions == std::vector{tried} && input &&
         action->input->check(input->root()).empty() &&
         (!names_records ||
          (probe.name_path.front() == '/' && action->result.kind == ResultKind::kList));
}

void check_probes(const Manifest& manifest, Report& report) {
  for (std::size_t i = 0; i < manifest.permissions.size(); ++i) {
    const Permission& permission = manifest.permissions[i];
    const std::string pointer = "/permissions/" + std::to_string(i);
    if (permission.write.probe)
      report.add("probe", pointer + "/write/probe",
                 "Writing can't be tried without changing something. Remove the probe.");
    const auto& probe = permission.read.probe;
    if (probe && !is_good(*probe, manifest, {permission.id, Access::kRead}))
      report.add("probe", pointer + "/read/probe",
                 "A probe names an action of this manifest that the hub sends, that is read_only "
                 "and needs this permission and no other, and gives it an input that is right. "
                 "reach wants an action whose result is a list.");
  }
}

}  // namespace

void check_actions(const Manifest& manifest, Report& report) {
  check_ids(manifest.actions, &Action::id, "/actions", report);
  for (std::size_t i = 0; i < manifest.actions.size(); ++i)
    ActionCheck(manifest, manifest.actions[i], "/actions/" + std::to_string(i), report).run();
  check_probes(manifest, report);
}

}  // namespace patchbay::manifest
