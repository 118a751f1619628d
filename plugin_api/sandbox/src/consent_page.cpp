#include "consent_page.h"

#include "patchbay/sandbox/text.h"

namespace patchbay::sandbox {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> consent_fault(const Fields& request, std::string_view client_id) {
  if (request.find("client_id") != client_id) return "There is no client of this id.";
  const std::string back = request.find("redirect_uri").value_or("");
  if (!back.starts_with("https://") && !back.starts_with("http://localhost") &&
      !back.starts_with("http://127.0.0.1"))
    return "redirect_uri must be an https address, or one of this machine.";
  if (back.find_first_of("\r\n#") != std::string::npos)
    return "redirect_uri must have no fragment and no line breaks.";
  if (request.find("response_type") != "code") return "response_type must be code.";
  if (request.find("code_challenge_method") != "S256" ||
      request.find("code_challenge").value_or("").empty())
    return "A code_challenge with the method S256 is required.";
  return std::nullopt;
}

Response consent_page(const Fields& request, std::string_view scope) {
  std::string page =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sandbox: let in?</title>"
      "<body style=\"font-family:sans-serif;max-width:30em;margin:3em auto\">"
      "<h1>Sandbox sign-in</h1><p>An application asks for: <strong>" +
      escaped(scope) + "</strong></p><form method=\"post\" action=\"/oauth/authorize\">";
  for (const auto& [name, value] : request)
    page +=
        "<input type=\"hidden\" name=\"" + escaped(name) + "\" value=\"" + escaped(value) + "\">";
  page +=
      "<button name=\"decision\" value=\"allow\">Allow</button> "
      "<button name=\"decision\" value=\"deny\">Deny</button></form></body></html>";
  return Response::text(200, std::move(page), "text/html; charset=utf-8");
}

Response sent_back(const std::string& redirect_uri, const Fields& parameters) {
  Fields present;
  for (const auto& [name, value] : parameters)
    if (!value.empty()) present.add(name, value);
  Response response = Response::empty(302);
  response.headers.set("Location", redirect_uri +
                                       (redirect_uri.find('?') == std::string::npos ? "?" : "&") +
                                       encode_form(present));
  return response;
}

}  // namespace patchbay::sandbox
