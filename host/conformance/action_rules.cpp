#include "conformance/action_rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/json.h"
#include "conformance/known_secrets.h"
#include "conformance/trial_input.h"
#include "connector/redirect_state.h"
#include "manifest/text_rules.h"

namespace patchbay::conformance {
namespace {

using testing::Pairs;
using testing::Seen;
using testing::SeenMessage;
using testing::SeenRequest;

constexpr std::array kHostsOwnHeaders{"host", "content-length", "user-agent", "accept-encoding"};
constexpr std::uint32_t kKnownRequestFlags = PATCHBAY_REQUEST_SECRET | PATCHBAY_REQUEST_IDEMPOTENT |
                                             PATCHBAY_REQUEST_MINTS | PATCHBAY_REQUEST_CONSUMES;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

class Checker {
 public:
  Checker(const ActionContext& context, Findings& findings)
      : context_(context), method_(*context.trial.method), findings_(findings) {}

  void request(const SeenRequest& request) {
    if (!manifest::host_allowed(context_.manifest, request.method, request.url,
                                context_.host_values))
      say("ABI-060",
          "A request goes to " + place(request.url) + " by " + request.method +
              ", which the manifest's hosts do not cover. Add the host, or mend the URL.");
    if (holds_secret(request.url))
      say("ABI-050",
          "A secret stands in a request's URL, where logs and proxies keep it. Send it "
          "in a header or the body.");
    bool secret = holds_secret(request.body);
    for (const auto& [name, value] : request.headers) {
      secret = secret || holds_secret(value);
      if (std::ranges::find(kHostsOwnHeaders, lower(name)) != kHostsOwnHeaders.end())
        say("ABI-061", "A request brings the header " + manifest::in_quotes(name) +
                           ", which the host adds itself. Leave it out.");
    }
    if (uses_up(request.body) && (request.flags & PATCHBAY_REQUEST_CONSUMES) == 0)
      say("ABI-053",
          "A request presents what can be presented once, a rotating refresh token or an "
          "authorization code, and is not flagged CONSUMES. The host may send it twice. Flag it.");
    if (secret && (request.flags & PATCHBAY_REQUEST_SECRET) == 0)
      say("ABI-051",
          "A request holds a secret but is not flagged SECRET, so it may be recorded. "
          "Flag it.");
    if ((request.flags & ~kKnownRequestFlags) != 0)
      say("ABI-015", "A request sets flag bits that have no meaning yet. Write them as 0.");
  }

  void message(const SeenMessage& message, std::string_view of) {
    const std::string where(of);
    if (message.fallback.empty() && message.id.empty())
      say("ABI-070",
          where + " has neither the id of a manifest's text nor a fallback. Name a text.");
    if (holds_secret(message.fallback) || holds_secret(message.id))
      say("ABI-050", where + " holds a secret. People and logs see it: leave the value out.");
    for (const auto& [name, value] : message.args)
      if (holds_secret(value))
        say("ABI-050", "The argument " + manifest::in_quotes(name) + " of " + where +
                           " holds a secret. Leave it out.");
    if (!message.id.empty()) text(message, where);
    if (!message.field.empty() && !known_field(message.field))
      say("ABI-071", where + " stands at the field " + manifest::in_quotes(message.field) +
                         ", which the manifest does not have.");
  }

  void permission(const std::string& name) {
    const auto ref = manifest::PermissionRef::parse(name);
    const auto* permission = ref ? context_.manifest.find_permission(ref->id) : nullptr;
    if (permission == nullptr || !permission->side(ref->access).available)
      say("ABI-071", "The permission " + manifest::in_quotes(name) +
                         " is not in the manifest. Name one as id:read or id:write.");
  }

  void done(const Seen& seen) {
    std::set<std::string> names;
    for (const auto& token : seen.tokens) {
      if (method_.find_token(token.name) == nullptr)
        say("ABI-072", "DONE hands out a token named " + manifest::in_quotes(token.name) +
                           ", which the auth method does not list under tokens.");
      if (!names.insert(token.name).second)
        say("ABI-072", "DONE hands out two tokens of one name. Names are unique.");
      if (token.value.empty())
        say("ABI-072", "DONE hands out a token without a value. FAIL instead.");
    }
    for (const auto& name : seen.granted) permission(name);
    for (const auto& [id, value] : seen.facts) {
      if (std::ranges::find(context_.manifest.facts, id, &manifest::Fact::id) ==
          context_.manifest.facts.end())
        say("ABI-073", "DONE tells the fact " + manifest::in_quotes(id) +
                           ", which the manifest does not list under facts.");
      told_host(id, value);
      if (holds_secret(value)) say("ABI-050", "A fact holds a secret. Facts are shown on pages.");
    }
  }

  void told_host(const std::string& id, const std::string& value) {
    for (const auto& rule : context_.manifest.hosts)
      if (rule.is_told() && manifest::told_placeholder(rule.host) == id &&
          !manifest::told_host(rule, value))
        say("ABI-064", "DONE tells by the fact " + manifest::in_quotes(id) +
                           " a host that the manifest does not allow under within. Tell a bare "
                           "host name, or FAIL.");
  }

  void result(const Seen& seen) {
    if (!json::Document::parse(seen.result_json))
      say("ABI-076",
          "DONE of an action has no result_json, or one that is no JSON. Give back one JSON "
          "value.");
  }

  void fail(const Seen& seen) {
    if (seen.failure < PATCHBAY_FAIL_CREDENTIALS || seen.failure > PATCHBAY_FAIL_INTERNAL)
      say("ABI-014",
          "FAIL is of an unknown kind (" + std::to_string(seen.failure) +
              "); hosts take it for a fault of the connector. Use one of PATCHBAY_FAIL_*.");
    message(seen.message, "the message of a FAIL");
    if (!seen.permission.empty()) permission(seen.permission);
    if (holds_secret(seen.excerpt))
      say("ABI-050", "A FAIL's provider_excerpt holds a secret. Cut it out before passing it on.");
  }

  void redirect(const Seen& seen) {
    if (!manifest::sign_in_allowed(method_, seen.redirect_url, context_.host_values))
      say("ABI-063", "REDIRECT sends people to " + place(seen.redirect_url) +
                         ", which the auth method does not name under sign_in_hosts.");
    if (seen.redirect_state.size() < connector::kShortestRedirectState)
      say("ABI-063",
          "REDIRECT has a state of fewer than 16 bytes, which can be guessed. Derive it "
          "from the event's random bytes.");
    if (holds_secret(seen.redirect_url))
      say("ABI-050", "A secret stands in the URL that people are sent to.");
  }

  void input(const Seen& seen) {
    if (seen.asked.empty()) say("ABI-063", "INPUT asks for no field.");
    for (const auto& id : seen.asked)
      if (method_.find_further_field(id) == nullptr)
        say("ABI-063", "INPUT asks for the field " + manifest::in_quotes(id) +
                           ", which the auth method does not list under further_fields.");
  }

  void say(std::string_view rule, const std::string& what) {
    findings_.add(rule, context_.exchange, what);
  }

 private:
  static std::string place(std::string_view url) {
    const auto parts = manifest::parse_https_url(url);
    return parts ? parts->host + ":" + std::to_string(parts->port)
                 : "something that is no https URL";
  }

  // By connect or refresh: a revocation presents the same and uses up nothing.
  [[nodiscard]] bool uses_up(std::string_view body) const {
    const auto holds = [body](const char* secret) { return body.find(secret) != body.npos; };
    const auto begin = context_.trial.begin;
    const bool rotates = method_.renewal == manifest::Renewal::kRotating;
    return (begin == Begin::kConnect && holds(kAuthorizationCode)) ||
           (begin == Begin::kRefresh && rotates && holds(kHeldRefreshToken));
  }

  [[nodiscard]] bool known_field(std::string_view id) const {
    return method_.find_field(id) != nullptr || method_.find_further_field(id) != nullptr ||
           method_.find_setup_field(id) != nullptr;
  }

  void text(const SeenMessage& message, const std::string& where) {
    const auto known = context_.manifest.texts.find("en", message.id);
    if (known.empty()) {
      say("ABI-070", where + " names the text " + manifest::in_quotes(message.id) +
                         ", which the manifest does not have. Add it in every language.");
      return;
    }
    const auto wanted = manifest::text_placeholders(known);
    if (!wanted) return;
    for (const auto& name : *wanted)
      if (std::ranges::find(message.args, name, &Pairs::value_type::first) == message.args.end())
        say("ABI-070", "The text " + manifest::in_quotes(message.id) + " has the placeholder {" +
                           name + "}, but the message brings no such argument.");
  }

  const ActionContext& context_;
  const manifest::AuthMethod& method_;
  Findings& findings_;
};

}  // namespace

void check_action(const Seen& seen, const ActionContext& context, Findings& findings) {
  Checker checker(context, findings);
  for (const auto& notice : seen.notices) checker.message(notice, "a notice");
  switch (seen.kind) {
    case PATCHBAY_ACTION_REQUESTS:
      if (seen.requests.empty() || seen.requests.size() > PATCHBAY_MAX_BATCH)
        checker.say("ABI-062", "A batch has " + std::to_string(seen.requests.size()) +
                                   " requests; 1 to 8 are allowed.");
      for (const auto& request : seen.requests) checker.request(request);
      break;
    case PATCHBAY_ACTION_WAIT:
      break;
    case PATCHBAY_ACTION_REDIRECT:
      checker.redirect(seen);
      break;
    case PATCHBAY_ACTION_INPUT:
      checker.input(seen);
      break;
    case PATCHBAY_ACTION_DONE:
      checker.done(seen);
      if (context.trial.begin == Begin::kInvoke) checker.result(seen);
      break;
    case PATCHBAY_ACTION_FAIL:
      checker.fail(seen);
      break;
    default:
      checker.say("ABI-014", "An action is of an unknown kind (" + std::to_string(seen.kind) +
                                 "), so the host ends the flow. Use one of PATCHBAY_ACTION_*.");
  }
}

}  // namespace patchbay::conformance
