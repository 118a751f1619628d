#include "manifest/reader.h"

#include <algorithm>
#include <initializer_list>

#include "base/encoding.h"
#include "manifest/input_schema.h"
#include "manifest/text_rules.h"

namespace patchbay::manifest {
namespace {

using json::Value;

template <class Enum>
using Names = std::initializer_list<std::pair<std::string_view, Enum>>;

// The schema allows only names that are listed; the first stands in for a missing one.
template <class Enum>
Enum pick(const Value& value, Names<Enum> names) {
  for (const auto& [name, meaning] : names)
    if (value.as_string() == name) return meaning;
  return names.begin()->second;
}

std::string at(const std::string& pointer, std::string_view key) {
  return pointer + "/" + std::string(key);
}

std::string at(const std::string& pointer, std::size_t index) {
  return pointer + "/" + std::to_string(index);
}

std::uint32_t unsigned_or(const Value& value, std::uint32_t otherwise) {
  return static_cast<std::uint32_t>(value.integer_or(otherwise));  // bounded by the schema
}

std::vector<std::string> strings(const Value& list) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < list.size(); ++i) out.push_back(list.at(i).string_or(""));
  return out;
}

class Reader {
 public:
  Reader(Draft& draft, Report& report) : draft_(draft), report_(report) {}

  void read(const Value& root) {
    Manifest& manifest = draft_.manifest;
    manifest.id = root.get("id").string_or("");
    manifest.version = root.get("version").string_or("");
    manifest.name = text(root, "name", "");
    manifest.summary = text(root, "summary", "");
    manifest.categories = strings(root.get("categories"));
    manifest.documentation = root.get("documentation").string_or("");
    manifest.logo = logo(root.get("logo"));
    manifest.permissions = list<Permission>(root, "permissions", "", &Reader::permission);
    manifest.auth_methods = list<AuthMethod>(root, "auth_methods", "", &Reader::auth_method);
    manifest.facts = list<Fact>(root, "facts", "", &Reader::fact);
    manifest.hosts = list<HostRule>(root, "hosts", "", &Reader::host);
    manifest.rate_limits = list<RateLimit>(root, "rate_limits", "", &Reader::rate_limit);
    manifest.inbound_events = inbound_events(root.get("inbound_events"));
    manifest.failure_codes = failure_codes(root.get("failure_codes"));
    manifest.actions = list<Action>(root, "actions", "", &Reader::action);
    texts(root.get("texts"));
  }

 private:
  template <class T>
  std::vector<T> list(const Value& parent, std::string_view key, const std::string& pointer,
                      T (Reader::*item)(const Value&, const std::string&)) {
    const Value values = parent.get(key);
    std::vector<T> out;
    out.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      out.push_back((this->*item)(values.at(i), at(at(pointer, key), i)));
    return out;
  }

  TextId use_text(const Value& value, std::string pointer) {
    TextId id = value.string_or("");
    if (!id.empty()) draft_.text_uses.push_back({std::move(pointer), id});
    return id;
  }

  TextId text(const Value& parent, std::string_view key, const std::string& pointer) {
    return use_text(parent.get(key), at(pointer, key));
  }

  std::vector<TextId> text_list(const Value& parent, const std::string& pointer) {
    return list<TextId>(parent, "list", pointer, &Reader::text_item);
  }
  TextId text_item(const Value& value, const std::string& pointer) {
    return use_text(value, pointer);
  }

  void texts(const Value& languages) {
    for (std::size_t i = 0; i < languages.size(); ++i) {
      const auto [language, table] = languages.member(i);
      for (std::size_t k = 0; k < table.size(); ++k) {
        const auto [id, value] = table.member(k);
        draft_.manifest.texts.set(language, id, value.string_or(""));
      }
    }
  }

  Logo logo(const Value& value) {
    if (const auto svg = value.get("svg").as_string()) return {"image/svg+xml", std::string(*svg)};
    if (const auto png = value.get("png_base64").as_string())
      return {"image/png", base64_decode(*png).value_or("")};
    return {};
  }

  // ---- permissions and what refers to them

  Permission permission(const Value& value, const std::string& pointer) {
    return {value.get("id").string_or(""), text(value, "label", pointer),
            text(value, "description", pointer),
            permission_side(value.get("read"), at(pointer, "read")),
            permission_side(value.get("write"), at(pointer, "write"))};
  }

  PermissionSide permission_side(const Value& value, const std::string& pointer) {
    PermissionSide side;
    side.available = value.exists();
    side.required = value.get("required").bool_or(false);
    side.confirmed = value.get("confirmed").bool_or(true);
    side.scopes = strings(value.get("scopes"));
    if (const Value probe = value.get("probe"); probe.exists())
      side.probe = permission_probe(probe, at(pointer, "probe"));
    return side;
  }

  PermissionProbe permission_probe(const Value& value, const std::string& pointer) {
    PermissionProbe probe;
    probe.action_id = value.get("action").string_or("");
    if (const Value input = value.get("input"); input.exists()) probe.input = input.dump();
    const Value refusals = value.get("refused_with");
    for (std::size_t i = 0; i < refusals.size(); ++i)
      probe.refusals.push_back(unsigned_or(refusals.at(i), 0));
    if (!refusals.exists()) probe.refusals = {403};
    const Value reach = value.get("reach");
    probe.name_path = reach.get("name").string_or("");
    if (reach.exists()) probe.label = text(reach, "label", at(pointer, "reach"));
    return probe;
  }

  std::vector<PermissionRef> grants(const Value& parent, std::string_view key,
                                    const std::string& pointer, bool allow_all) {
    const Value values = parent.get(key);
    if (allow_all && values.size() == 1 && values.at(0).as_string() == "*")
      return draft_.manifest.all_permissions();
    std::vector<PermissionRef> refs;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string name = values.at(i).string_or("");
      if (const auto ref = grant_of(name)) {
        refs.push_back(*ref);
      } else {
        unknown_grant(name, at(at(pointer, key), i));
      }
    }
    return refs;
  }

  std::optional<PermissionRef> grant_of(const std::string& name) {
    auto ref = PermissionRef::parse(name);
    const Permission* known = ref ? draft_.manifest.find_permission(ref->id) : nullptr;
    if (known == nullptr || !known->side(ref->access).available) return std::nullopt;
    return ref;
  }

  void unknown_grant(const std::string& name, const std::string& pointer) {
    report_.add("grant_unknown", pointer,
                in_quotes(name) +
                    " is no grant of this manifest. Write a permission id and :read or "
                    ":write, and list that side under permissions.");
  }

  // ---- authentication

  AuthMethod auth_method(const Value& value, const std::string& pointer) {
    AuthMethod method;
    method.id = value.get("id").string_or("");
    method.label = text(value, "label", pointer);
    method.description = text(value, "description", pointer);
    method.grant_type = pick<GrantType>(value.get("grant_type"),
                                        {{"custom", GrantType::kCustom},
                                         {"client_credentials", GrantType::kClientCredentials},
                                         {"authorization_code", GrantType::kAuthorizationCode},
                                         {"api_key", GrantType::kApiKey},
                                         {"basic", GrantType::kBasic},
                                         {"bearer", GrantType::kBearer}});
    method.renewal = pick<Renewal>(value.get("renewal"), {{"never", Renewal::kNever},
                                                          {"mint_anew", Renewal::kMintAnew},
                                                          {"refresh_token", Renewal::kRefreshToken},
                                                          {"rotating", Renewal::kRotating}});
    if (value.get("rotation_grace_s").exists())
      method.rotation_grace_s = unsigned_or(value.get("rotation_grace_s"), 0);
    method.fields = list<Field>(value, "fields", pointer, &Reader::field);
    method.further_fields = list<Field>(value, "further_fields", pointer, &Reader::field);
    method.guide = guide(value.get("guide"), at(pointer, "guide"));
    method.setup_fields = list<Field>(value, "setup_fields", pointer, &Reader::field);
    method.setup_guide = guide(value.get("setup_guide"), at(pointer, "setup_guide"));
    method.environments = list<Environment>(value, "environments", pointer, &Reader::environment);
    method.sign_in_hosts = strings(value.get("sign_in_hosts"));
    method.tokens = list<Token>(value, "tokens", pointer, &Reader::token);
    method.authorization =
        list<RequestAuth>(value, "authorization", pointer, &Reader::authorization);
    draft_.grants.push_back(grant(value.get("grant"), at(pointer, "grant")));
    return method;
  }

  std::optional<Grant> grant(const Value& value, const std::string& pointer) {
    if (!value.exists()) return std::nullopt;
    return Grant{.token_url = value.get("token_url").string_or(""),
                 .has_client_secret = value.get("client_authentication").as_string() != "none",
                 .client_id = value.get("client_id").string_or("client_id"),
                 .client_secret = value.get("client_secret").string_or("client_secret"),
                 .authorize_url = value.get("authorize_url").string_or(""),
                 .issuer = value.get("issuer").string_or(""),
                 .issuer_required = value.get("issuer_required").bool_or(false),
                 .revoke_url = value.get("revoke_url").string_or(""),
                 .probe = grant_probe(value.get("probe"), at(pointer, "probe")),
                 .refusals = list<GrantRefusal>(value, "refusals", pointer, &Reader::refusal)};
  }

  std::optional<GrantProbe> grant_probe(const Value& value, const std::string& pointer) {
    if (!value.exists()) return std::nullopt;
    grants(value, "proves", pointer, false);
    return GrantProbe{.method = value.get("method").string_or("GET"),
                      .url = value.get("url").string_or(""),
                      .has_body = value.get("body").exists(),
                      .token = value.get("token").string_or(""),
                      .facts = list<GrantFact>(value, "facts", pointer, &Reader::grant_fact)};
  }

  GrantFact grant_fact(const Value& value, const std::string&) {
    return {value.get("id").string_or(""), value.get("path").string_or("")};
  }

  GrantRefusal refusal(const Value& value, const std::string& pointer) {
    const Value permission = value.get("permission");
    if (permission.exists() && !grant_of(permission.string_or("")))
      unknown_grant(permission.string_or(""), at(pointer, "permission"));
    return {.message = text(value, "message", pointer),
            .withdrawn = text(value, "withdrawn", pointer),
            .field = value.get("field").string_or(""),
            .is_about_permission = value.get("failure").as_string() == "permission",
            .names_permission = permission.exists()};
  }

  Environment environment(const Value& value, const std::string& pointer) {
    Environment out{value.get("id").string_or(""), text(value, "label", pointer), {}};
    const Value variables = value.get("variables");
    for (std::size_t i = 0; i < variables.size(); ++i) {
      const auto [name, content] = variables.member(i);
      out.variables.emplace(name, content.string_or(""));
    }
    return out;
  }

  Token token(const Value& value, const std::string&) {
    return {value.get("name").string_or(""), unsigned_or(value.get("lifetime_s"), 0),
            value.get("revocable").bool_or(false)};
  }

  RequestAuth authorization(const Value& value, const std::string& pointer) {
    using Kind = RequestAuth::Kind;
    return {value.get("token").string_or(""),
            pick<Kind>(value.get("kind"), {{"bearer", Kind::kBearer},
                                           {"basic", Kind::kBasic},
                                           {"header", Kind::kHeader},
                                           {"query", Kind::kQuery}}),
            value.get("name").string_or(""),
            value.get("prefix").string_or(""),
            source(value.get("value")),
            source(value.get("user")),
            list<AuthHeader>(value, "headers", pointer, &Reader::auth_header)};
  }

  AuthHeader auth_header(const Value& value, const std::string&) {
    return {value.get("name").string_or(""), source(value.get("value"))};
  }

  static ValueSource source(const Value& value) {
    using Kind = ValueSource::Kind;
    if (const auto token = value.get("token").as_string())
      return {Kind::kToken, std::string(*token)};
    if (const auto field = value.get("field").as_string())
      return {Kind::kField, std::string(*field)};
    return {};
  }

  Field field(const Value& value, const std::string& pointer) {
    Field out;
    out.id = value.get("id").string_or("");
    out.type = pick<FieldType>(value.get("type"), {{"text", FieldType::kText},
                                                   {"password", FieldType::kPassword},
                                                   {"select", FieldType::kSelect},
                                                   {"text_area", FieldType::kTextArea}});
    out.label = text(value, "label", pointer);
    out.placeholder = text(value, "placeholder", pointer);
    out.description = text(value, "description", pointer);
    out.tooltip = text(value, "tooltip", pointer);
    out.pattern = value.get("pattern").string_or("");
    out.format = pick<FieldFormat>(value.get("format"), {{"", FieldFormat::kNone},
                                                         {"email", FieldFormat::kEmail},
                                                         {"https_url", FieldFormat::kHttpsUrl},
                                                         {"uuid", FieldFormat::kUuid},
                                                         {"date", FieldFormat::kDate},
                                                         {"host_label", FieldFormat::kHostLabel}});
    out.pattern_error = text(value, "pattern_error", pointer);
    out.required = value.get("required").bool_or(false);
    out.secret = value.get("secret").bool_or(out.type == FieldType::kPassword);
    out.identifies_account = value.get("identifies_account").bool_or(false);
    if (value.get("default").exists()) out.default_value = value.get("default").string_or("");
    out.max_length = unsigned_or(value.get("max_length"), out.max_length);
    out.options = list<Option>(value, "options", pointer, &Reader::option);
    if (const Value when = value.get("visible_when"); when.exists())
      out.visible_when = VisibleWhen{when.get("field").string_or(""), strings(when.get("values"))};
    return out;
  }

  Option option(const Value& value, const std::string& pointer) {
    return {value.get("value").string_or(""), text(value, "label", pointer)};
  }

  // ---- guide

  Guide guide(const Value& value, const std::string& pointer) {
    return {text(value, "warning", pointer),
            list<GuideSection>(value, "sections", pointer, &Reader::section)};
  }

  GuideSection section(const Value& value, const std::string& pointer) {
    return {text(value, "title", pointer),
            text(value, "text", pointer),
            text_list(value, pointer),
            list<GuideStep>(value, "steps", pointer, &Reader::step),
            list<Link>(value, "links", pointer, &Reader::link),
            grants(value, "applicable_scopes", pointer, false),
            grants(value, "display_scopes", pointer, true),
            strings(value.get("applicable_fields")),
            value.get("white_label").as_string() == "hide"};
  }

  GuideStep step(const Value& value, const std::string& pointer) {
    return {text(value, "title", pointer),
            text(value, "text", pointer),
            text_list(value, pointer),
            list<Link>(value, "links", pointer, &Reader::link),
            grants(value, "applicable_scopes", pointer, false),
            grants(value, "display_scopes", pointer, true)};
  }

  Link link(const Value& value, const std::string& pointer) {
    return {text(value, "label", pointer), value.get("url").string_or("")};
  }

  // ---- facts, hosts, rate limits, events

  Fact fact(const Value& value, const std::string& pointer) {
    return {value.get("id").string_or(""), text(value, "label", pointer)};
  }

  HostRule host(const Value& value, const std::string&) {
    return {value.get("host").string_or(""),
            static_cast<std::uint16_t>(value.get("port").integer_or(443)),
            strings(value.get("methods")), strings(value.get("within"))};
  }

  RateLimit rate_limit(const Value& value, const std::string&) {
    using Counts = RateLimit::Counts;
    return {value.get("id").string_or(""),
            strings(value.get("paths")),
            strings(value.get("methods")),
            pick<Counts>(value.get("counts"), {{"credential", Counts::kCredential},
                                               {"account", Counts::kAccount},
                                               {"address", Counts::kAddress}}),
            unsigned_or(value.get("requests"), 0),
            unsigned_or(value.get("per_s"), 0),
            unsigned_or(value.get("burst"), 0),
            unsigned_or(value.get("cool_down_s"), 0),
            value.get("confirmed").bool_or(true)};
  }

  static std::optional<InboundEvents> inbound_events(const Value& value) {
    if (!value.exists()) return std::nullopt;
    return InboundEvents{value.get("secret_header").string_or(""), value.get("type").string_or(""),
                         strings(value.get("identity"))};
  }

  static std::optional<FailureCodes> failure_codes(const Value& value) {
    if (!value.exists()) return std::nullopt;
    FailureCodes codes{value.get("path").string_or(""), {}};
    const Value statuses = value.get("statuses");
    for (std::size_t i = 0; i < statuses.size(); ++i) {
      const auto [code, status] = statuses.member(i);
      codes.statuses.emplace(code, unsigned_or(status, 400));
    }
    return codes;
  }

  // ---- actions

  Action action(const Value& value, const std::string& pointer) {
    Action out;
    out.id = value.get("id").string_or("");
    out.label = text(value, "label", pointer);
    out.description = text(value, "description", pointer);
    out.tags = strings(value.get("tags"));
    out.handler = pick<Handler>(value.get("handler"),
                                {{"http", Handler::kHttp}, {"connector", Handler::kConnector}});
    const Value request = value.get("request");
    const std::string request_pointer = at(pointer, "request");
    out.method = request.get("method").string_or("");
    out.host = request.get("host").string_or("");
    out.path = request.get("path").string_or("");
    out.query = parameters(request, "query", request_pointer, false);
    out.headers = parameters(request, "headers", request_pointer, false);
    out.body = body(request.get("body"), at(request_pointer, "body"));
    out.pagination = pagination(value.get("pagination"));
    out.result = result(value.get("result"));
    out.token = value.get("token").string_or("");
    out.permissions = grants(value, "permissions", pointer, false);
    const Value hints = value.get("hints");
    out.read_only = hints.get("read_only").bool_or(false);
    out.destructive = hints.get("destructive").bool_or(false);
    out.idempotent = hints.get("idempotent").bool_or(false);
    input(out, value.get("input"), at(pointer, "input"));
    return out;
  }

  std::vector<Parameter> parameters(const Value& parent, std::string_view key,
                                    const std::string& pointer, bool json_body) {
    const Value values = parent.get(key);
    std::vector<Parameter> out;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Value value = values.at(i);
      Parameter parameter;
      parameter.name = value.get("name").string_or("");
      parameter.input = value.get("input").string_or("");
      parameter.style = pick<ArrayStyle>(value.get("style"), {{"repeat", ArrayStyle::kRepeat},
                                                              {"brackets", ArrayStyle::kBrackets},
                                                              {"comma", ArrayStyle::kComma}});
      parameter.file = value.get("file").bool_or(false);
      const std::string item = at(at(pointer, key), i);
      const Value constant = value.get("constant");
      if (constant.exists() == value.get("input").exists())
        report_.add("parameter", item, "Give the parameter either an input or a constant.");
      if (constant.exists()) parameter.constant = constant_text(constant, json_body, item);
      out.push_back(std::move(parameter));
    }
    return out;
  }

  std::string constant_text(const Value& value, bool json_body, const std::string& pointer) {
    if (json_body) return value.dump();
    if (const auto text = value.as_string()) return std::string(*text);
    if (value.is_number() || value.is_bool()) return value.dump();
    report_.add("parameter", pointer,
                "Outside a JSON body a constant has to be a string, a number, true or false.");
    return {};
  }

  Body body(const Value& value, const std::string& pointer) {
    Body out;
    if (!value.exists()) return out;
    out.kind = pick<BodyKind>(value.get("kind"), {{"json", BodyKind::kJson},
                                                  {"form", BodyKind::kForm},
                                                  {"multipart", BodyKind::kMultipart}});
    out.whole_input = value.get("whole_input").string_or("");
    out.parameters = parameters(value, "parameters", pointer, out.kind == BodyKind::kJson);
    return out;
  }

  static Pagination pagination(const Value& value) {
    Pagination out;
    if (!value.exists()) return out;
    out.kind =
        pick<PaginationKind>(value.get("kind"), {{"cursor_link", PaginationKind::kCursorLink},
                                                 {"cursor", PaginationKind::kCursor},
                                                 {"offset", PaginationKind::kOffset},
                                                 {"page", PaginationKind::kPage}});
    out.next_path = value.get("next_path").string_or("");
    out.cursor_param = value.get("cursor_param").string_or("");
    out.link_path = value.get("link_path").string_or("");
    out.limit_param = value.get("limit_param").string_or("");
    out.limit_default = unsigned_or(value.get("limit_default"), 0);
    out.limit_max = unsigned_or(value.get("limit_max"), 0);
    out.first = unsigned_or(value.get("first"), 0);
    out.total_pages_path = value.get("total_pages_path").string_or("");
    out.total_records_path = value.get("total_records_path").string_or("");
    return out;
  }

  static ResultRule result(const Value& value) {
    return {pick<ResultKind>(value.get("kind"), {{"object", ResultKind::kObject},
                                                 {"list", ResultKind::kList},
                                                 {"none", ResultKind::kNone},
                                                 {"binary", ResultKind::kBinary}}),
            value.get("path").string_or(""), value.get("success_path").string_or("")};
  }

  void input(Action& action, const Value& schema, const std::string& pointer) {
    const Value properties = schema.get("properties");
    if (schema.get("type").as_string() != "object")
      report_.add("input_schema", pointer, "An action's input has to be of type object.");
    const bool paged = action.pagination.kind != PaginationKind::kNone &&
                       (properties.is_object() || !properties.exists());
    for (const std::string_view name : {kPageSizeInput, kCursorInput}) {
      if (paged && properties.get(name).exists()) {
        report_.add("reserved_input", at(at(pointer, "properties"), name),
                    "The host adds page_size and cursor to every paged action. Name this input "
                    "something else.");
        return;
      }
    }
    action.input_schema = paged ? with_paging(schema, action.pagination) : schema.dump();
    Problems problems;
    const auto document = json::Document::parse(action.input_schema, {std::size_t{8} << 20U, 64});
    if (document) {
      action.input = InputSchema::compile(document->root(), pointer, problems);
    } else {
      report_.add("input_schema", pointer, document.error().message);
    }
    report_.add(std::move(problems));
  }

  // The schema with the two inputs that every paged action has.
  static std::string with_paging(const Value& schema, const Pagination& pagination) {
    json::Writer out;
    out.begin_object();
    for (std::size_t i = 0; i < schema.size(); ++i) {
      const auto [key, value] = schema.member(i);
      if (key != "properties") out.key(key).value(value);
    }
    out.key("properties").begin_object();
    const Value properties = schema.get("properties");
    for (std::size_t i = 0; i < properties.size(); ++i) {
      const auto [name, value] = properties.member(i);
      out.key(name).value(value);
    }
    if (!pagination.limit_param.empty()) {
      out.key(kPageSizeInput).begin_object();
      out.member("type", "integer").member("minimum", 1);
      out.member("maximum", static_cast<std::int64_t>(pagination.limit_max));
      out.member("description", "How many records one page holds at most.").end_object();
    }
    out.key(kCursorInput).begin_object();
    out.member("type", "string").member("minLength", 1).member("maxLength", 8192);
    out.member("description", "Where to go on: the value that came with the page before.");
    out.end_object().end_object().end_object();
    return out.take();
  }

  Draft& draft_;
  Report& report_;
};

}  // namespace

Draft read_manifest(const json::Value& root, Report& report) {
  Draft draft;
  Reader(draft, report).read(root);
  return draft;
}

}  // namespace patchbay::manifest
