#include <algorithm>
#include <set>

#include "manifest/checks.h"
#include "manifest/rich_text.h"

namespace patchbay::manifest {
namespace {

void check_links(const std::vector<Link>& links, const std::string& pointer, Report& report) {
  for (std::size_t i = 0; i < links.size(); ++i)
    if (!is_safe_link(links[i].url))
      report.add("link", pointer + "/links/" + std::to_string(i) + "/url",
                 "Only plain https:// links are allowed here.");
}

void check_applicable_fields(const AuthMethod& method, const std::vector<std::string>& fields,
                             const std::string& pointer, Report& report) {
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (method.find_field(fields[i]) == nullptr)
      report.add("field_unknown", pointer + "/applicable_fields/" + std::to_string(i),
                 "The form has no field " + in_quotes(fields[i]) + ".");
}

void check_guide(const AuthMethod& method, const Guide& guide, const std::string& pointer,
                 Report& report) {
  for (std::size_t i = 0; i < guide.sections.size(); ++i) {
    const GuideSection& section = guide.sections[i];
    const std::string where = pointer + "/sections/" + std::to_string(i);
    check_links(section.links, where, report);
    check_applicable_fields(method, section.applicable_fields, where, report);
    for (std::size_t k = 0; k < section.steps.size(); ++k)
      check_links(section.steps[k].links, where + "/steps/" + std::to_string(k), report);
  }
}

void check_environments(const AuthMethod& method, const std::string& pointer, Report& report) {
  check_ids(method.environments, &Environment::id, pointer + "/environments", report);
  for (std::size_t i = 0; i < method.environments.size(); ++i)
    for (const auto& [name, value] : method.environments[i].variables)
      if (!is_id(name))
        report.add("id_shape", pointer + "/environments/" + std::to_string(i) + "/variables",
                   in_quotes(name) + " is no id.");
}

void check_source(const AuthMethod& method, const ValueSource& source, const std::string& pointer,
                  Report& report) {
  if (source.kind == ValueSource::Kind::kToken && method.find_token(source.name) == nullptr)
    report.add("token_unknown", pointer,
               "There is no token " + in_quotes(source.name) + ". List it under tokens.");
  if (source.kind == ValueSource::Kind::kField && method.find_field(source.name) == nullptr &&
      method.find_setup_field(source.name) == nullptr)
    report.add(
        "field_unknown", pointer,
        "There is no field " + in_quotes(source.name) + ". Add it to fields or setup_fields.");
}

// They go out together, so no two may be the same, and none the one that carries the credential.
void check_auth_headers(const AuthMethod& method, const RequestAuth& auth,
                        const std::string& pointer, Report& report) {
  std::set<std::string> names = {lower_case(auth.name)};
  for (std::size_t i = 0; i < auth.headers.size(); ++i) {
    const AuthHeader& header = auth.headers[i];
    const std::string where = pointer + "/headers/" + std::to_string(i);
    check_source(method, header.value, where + "/value", report);
    if (!is_header_name(header.name) || is_reserved_header(header.name) ||
        !names.insert(lower_case(header.name)).second)
      report.add("header_name", where + "/name",
                 in_quotes(header.name) + " is the host's own, there already, or no header name.");
  }
}

void check_authorization(const AuthMethod& method, const std::string& pointer, Report& report) {
  using Kind = RequestAuth::Kind;
  for (std::size_t i = 0; i < method.authorization.size(); ++i) {
    const RequestAuth& auth = method.authorization[i];
    const std::string where = pointer + "/authorization/" + std::to_string(i);
    check_source(method, auth.value, where + "/value", report);
    check_source(method, auth.user, where + "/user", report);
    const bool named = auth.kind == Kind::kHeader || auth.kind == Kind::kQuery;
    const bool has_user = auth.user.kind != ValueSource::Kind::kNone;
    if (named == auth.name.empty())
      report.add("authorization", where,
                 "header and query need a name, bearer and basic take none.");
    if ((auth.kind == Kind::kBasic) != has_user)
      report.add("authorization", where, "basic needs a user, the other kinds take none.");
    if (!auth.prefix.empty() && auth.kind != Kind::kHeader)
      report.add("authorization", where, "Only the kind header takes a prefix.");
    check_auth_headers(method, auth, where, report);
    const bool own_name = auth.name == "Authorization" || auth.name == "authorization";
    if (auth.kind == Kind::kHeader && !auth.name.empty() && !own_name &&
        (!is_header_name(auth.name) || is_reserved_header(auth.name)))
      report.add("header_name", where + "/name",
                 in_quotes(auth.name) + " can't carry a token. Use another header.");
  }
}

void check_renewal(const AuthMethod& method, const std::string& pointer, Report& report) {
  if (method.rotation_grace_s && method.renewal != Renewal::kRotating)
    report.add("rotation_grace", pointer + "/rotation_grace_s",
               "Only tokens that rotate have a grace time. Remove it, or set renewal to rotating.");
}

// One form shows either list, but the host keeps the values of both side by side.
void check_shared_ids(const AuthMethod& method, const std::string& pointer, Report& report) {
  for (std::size_t i = 0; i < method.setup_fields.size(); ++i)
    if (const auto& id = method.setup_fields[i].id;
        method.find_field(id) != nullptr || method.find_further_field(id) != nullptr)
      report.add("id_twice", pointer + "/setup_fields/" + std::to_string(i),
                 "An end-user field has this id. Rename one.");
  for (std::size_t i = 0; i < method.further_fields.size(); ++i)
    if (method.find_field(method.further_fields[i].id) != nullptr)
      report.add("id_twice", pointer + "/further_fields/" + std::to_string(i),
                 "A field of the first form has this id. Rename one.");
}

}  // namespace

void check_auth_methods(const Manifest& manifest, Report& report) {
  check_ids(manifest.auth_methods, &AuthMethod::id, "/auth_methods", report);
  for (std::size_t i = 0; i < manifest.auth_methods.size(); ++i) {
    const AuthMethod& method = manifest.auth_methods[i];
    const std::string pointer = "/auth_methods/" + std::to_string(i);
    check_fields(method.fields, pointer + "/fields", report);
    check_fields(method.further_fields, pointer + "/further_fields", report);
    check_fields(method.setup_fields, pointer + "/setup_fields", report);
    check_shared_ids(method, pointer, report);
    check_guide(method, method.guide, pointer + "/guide", report);
    check_guide(method, method.setup_guide, pointer + "/setup_guide", report);
    check_environments(method, pointer, report);
    check_ids(method.tokens, &Token::name, pointer + "/tokens", report);
    check_ids(method.authorization, &RequestAuth::token, pointer + "/authorization", report);
    check_authorization(method, pointer, report);
    check_renewal(method, pointer, report);
  }
}

}  // namespace patchbay::manifest
