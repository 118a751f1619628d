#include <algorithm>

#include "manifest/checks.h"
#include "manifest/hosts.h"

namespace patchbay::manifest {
namespace {

// An address whose {placeholders} are not filled in yet.
struct UrlTemplate {
  std::string host;  // with port, where one is named
  std::string rest;
};

std::optional<UrlTemplate> split(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const std::size_t end = std::min(url.find_first_of("/?"), url.size());
  return UrlTemplate{std::string(url.substr(0, end)), std::string(url.substr(end))};
}

std::string with_letters(std::string_view url) {
  std::string out;
  while (!url.empty()) {
    const std::size_t open = std::min(url.find('{'), url.size());
    out += url.substr(0, open);
    url.remove_prefix(open);
    const std::size_t close = url.find('}');
    if (url.empty() || close == std::string_view::npos) break;
    out += 'a';
    url.remove_prefix(close + 1);
  }
  out += url;
  return out;
}

bool is_oauth(const AuthMethod& method) {
  return method.grant_type == GrantType::kClientCredentials ||
         method.grant_type == GrantType::kAuthorizationCode;
}

class GrantCheck {
 public:
  GrantCheck(const Manifest& manifest, const AuthMethod& method, const Grant& grant,
             std::string pointer, Report& report)
      : manifest_(manifest),
        method_(method),
        grant_(grant),
        pointer_(std::move(pointer)),
        report_(report) {}

  void everything() {
    if (method_.grant_type == GrantType::kCustom)
      return refuse("",
                    "A custom grant needs a library of its own. Remove this, or choose the "
                    "grant_type that the provider has.");
    if (is_oauth(method_)) {
      check_oauth();
    } else {
      check_static();
    }
    if (grant_.probe) check_probe(*grant_.probe);
    for (std::size_t i = 0; i < grant_.refusals.size(); ++i)
      check_refusal(grant_.refusals[i], "/refusals/" + std::to_string(i));
  }

 private:
  void refuse(std::string_view where, std::string message) {
    report_.add("grant", pointer_ + std::string(where), std::move(message));
  }

  void check_static() {
    if (!grant_.probe)
      refuse("", "Nothing would ask the provider whether the credentials are right. Add a probe.");
    if (!grant_.token_url.empty() || !grant_.revoke_url.empty())
      refuse("", "No token is minted with this grant_type. Remove token_url and revoke_url.");
    if (!method_.tokens.empty())
      refuse("",
             "No token is minted with this grant_type, so `tokens` is empty. Authorise "
             "requests with fields.");
    if (method_.renewal != Renewal::kNever)
      refuse("", "What a person entered can't be renewed: the renewal is never.");
    no_sign_in();
  }

  void check_oauth() {
    const bool has_person = method_.grant_type == GrantType::kAuthorizationCode;
    check_url("/token_url", grant_.token_url, "POST");
    if (!grant_.revoke_url.empty()) check_url("/revoke_url", grant_.revoke_url, "POST");
    if (method_.tokens.size() != 1)
      refuse("", "With this grant_type one token is minted: name it in `tokens`, and no other.");
    if (!method_.tokens.empty() && method_.tokens.front().revocable == grant_.revoke_url.empty())
      refuse("/revoke_url", "A token is revocable where there is a revoke_url, and only there.");
    if (!has_person && method_.renewal != Renewal::kMintAnew)
      refuse("", "Client credentials mint another token at any time: the renewal is mint_anew.");
    if (has_person && method_.renewal == Renewal::kMintAnew)
      refuse("",
             "Nobody can sign in for a person: the renewal is refresh_token, rotating or never.");
    check_client("/client_id", grant_.client_id, false);
    if (grant_.has_client_secret) check_client("/client_secret", grant_.client_secret, true);
    if (has_person) {
      check_sign_in();
    } else {
      no_sign_in();
    }
  }

  void check_client(std::string_view where, const std::string& id, bool is_secret) {
    const bool has_person = method_.grant_type == GrantType::kAuthorizationCode;
    const Field* field = has_person ? method_.find_setup_field(id) : method_.find_field(id);
    if (field == nullptr)
      return refuse(where, "There is no field " + in_quotes(id) + ". Add it to " +
                               (has_person ? "setup_fields" : "fields") + ", or name another.");
    if (field->secret != is_secret)
      refuse(where, in_quotes(id) + (is_secret ? " has to be secret." : " may not be secret."));
  }

  void check_sign_in() {
    const auto url = shaped("/authorize_url", grant_.authorize_url);
    if (url && std::ranges::find(method_.sign_in_hosts, url->host) == method_.sign_in_hosts.end())
      refuse("/authorize_url", in_quotes(url->host) + " is none of sign_in_hosts. Add it there.");
    if (!grant_.issuer.empty() && !parse_https_url(grant_.issuer))
      refuse("/issuer", "An issuer is a plain https address.");
    if (grant_.issuer_required && grant_.issuer.empty())
      refuse("/issuer_required", "Which issuer is required is not said. Add `issuer`.");
  }

  void no_sign_in() {
    if (!grant_.authorize_url.empty() || !grant_.issuer.empty() || grant_.issuer_required)
      refuse("",
             "Nobody is sent to a sign-in page with this grant_type. Remove authorize_url, issuer "
             "and issuer_required.");
  }

  void check_probe(const GrantProbe& probe) {
    check_url("/probe/url", probe.url, probe.method);
    if (probe.has_body && probe.method != "POST")
      refuse("/probe/body", "Only a POST has a body. Remove it, or say so.");
    const RequestAuth* auth = method_.find_authorization(probe.token);
    if (auth == nullptr)
      refuse("/probe/token", in_quotes(probe.token) + " is none of this method's authorization.");
    if (auth != nullptr && auth->kind == RequestAuth::Kind::kQuery)
      refuse("/probe/token", "A secret in an address can't be tried here: addresses are logged.");
    for (std::size_t i = 0; i < probe.facts.size(); ++i) {
      const GrantFact& fact = probe.facts[i];
      const bool known =
          std::ranges::find(manifest_.facts, fact.id, &Fact::id) != manifest_.facts.end();
      if (!known || !fact.path.starts_with('/'))
        refuse("/probe/facts/" + std::to_string(i),
               "A fact is one of the manifest's facts, and its path starts with /.");
    }
  }

  void check_refusal(const GrantRefusal& refusal, const std::string& where) {
    if (!refusal.field.empty() && method_.find_field(refusal.field) == nullptr)
      refuse(where + "/field", "The form has no field " + in_quotes(refusal.field) + ".");
    if (refusal.names_permission && !refusal.is_about_permission)
      refuse(where + "/permission", "Only the failure permission names one. Remove it.");
    for (const auto* id : {&refusal.message, &refusal.withdrawn}) {
      if (id->empty()) continue;
      if (!id->starts_with("error."))
        refuse(where, in_quotes(*id) + " is no message: its id starts with error.");
      const auto names = text_placeholders(manifest_.texts.find("en", *id));
      if (names && std::ranges::any_of(*names, [](const std::string& name) {
            return name != "host" && name != "status" && name != "error";
          }))
        refuse(where, in_quotes(*id) + " may name {host}, {status} and {error}, nothing else.");
    }
  }

  // One that a request of this method may go to.
  void check_url(std::string_view where, const std::string& url, const std::string& method) {
    const auto parts = shaped(where, url);
    if (!parts) return;
    const bool covered = std::ranges::any_of(manifest_.hosts, [&](const HostRule& rule) {
      const std::string port = ":" + std::to_string(rule.port);
      return (parts->host == rule.host + port || (rule.port == 443 && parts->host == rule.host)) &&
             (rule.methods.empty() ||
              std::ranges::find(rule.methods, method) != rule.methods.end());
    });
    if (!covered)
      report_.add("url_not_covered", pointer_ + std::string(where),
                  "No entry of hosts allows " + method + " to " + in_quotes(parts->host) +
                      ". Add it there.");
  }

  std::optional<UrlTemplate> shaped(std::string_view where, const std::string& url) {
    auto parts = split(url);
    if (!parts || !parse_https_url(with_letters(url))) {
      refuse(where, url.empty() ? "This address is missing. Add it."
                                : in_quotes(url) + " is no plain https address.");
      return std::nullopt;
    }
    for (const auto& name : host_placeholders(url))
      if (!is_filled(name)) {
        refuse(where, "Nothing fills {" + name +
                          "}. Add a required field of that id that is not secret, or a variable in "
                          "each of the environments.");
        return std::nullopt;
      }
    return parts;
  }

  [[nodiscard]] bool is_filled(const std::string& name) const {
    const Field* field = method_.find_field(name);
    if (field == nullptr) field = method_.find_setup_field(name);
    if (field != nullptr) return !field->secret && (field->required || field->default_value);
    return std::ranges::all_of(method_.environments, [&name](const Environment& environment) {
      return environment.variables.contains(name);
    });
  }

  const Manifest& manifest_;
  const AuthMethod& method_;
  const Grant& grant_;
  const std::string pointer_;
  Report& report_;
};

}  // namespace

void check_grants(const Draft& draft, Report& report) {
  const auto& methods = draft.manifest.auth_methods;
  for (std::size_t i = 0; i < methods.size(); ++i)
    if (draft.grants[i])
      GrantCheck(draft.manifest, methods[i], *draft.grants[i],
                 "/auth_methods/" + std::to_string(i) + "/grant", report)
          .everything();
}

void check_needs_no_code(const Draft& draft, Report& report) {
  const auto refuse = [&report](const std::string& pointer, std::string_view what) {
    report.add(
        "needs_code", pointer,
        std::string(what) + ", so it can't be a connector by itself. Build a library for it.");
  };
  for (std::size_t i = 0; i < draft.grants.size(); ++i)
    if (!draft.grants[i])
      refuse("/auth_methods/" + std::to_string(i),
             "The manifest does not say how this connection is made (`grant`)");
  const auto& actions = draft.manifest.actions;
  for (std::size_t i = 0; i < actions.size(); ++i)
    if (actions[i].handler == Handler::kConnector)
      refuse("/actions/" + std::to_string(i),
             "The manifest leaves this action to code (`handler`)");
}

}  // namespace patchbay::manifest
