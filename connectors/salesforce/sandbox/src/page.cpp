#include "app.h"
#include "patchbay/sandbox/text.h"

namespace salesforce_sandbox {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string consent_page(const sandbox::Fields& asked, const std::vector<Org>& orgs,
                         bool of_a_sandbox) {
  std::string page =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Salesforce (sandbox)</title>"
      "<h1>Allow access?</h1><p>The app asks to:</p><ul>";
  for (const auto& scope : sandbox::split(asked.find("scope").value_or(""), ' '))
    page.append("<li>").append(escaped(scope)).append("</li>");
  page += "</ul><form method=\"post\" action=\"/services/oauth2/authorize\">";
  for (const auto& [name, value] : asked)
    page.append("<input type=\"hidden\" name=\"")
        .append(escaped(name))
        .append("\" value=\"")
        .append(escaped(value))
        .append("\">");
  page += "<label>Organisation <select name=\"org\">";
  for (std::size_t i = 0; i < orgs.size(); ++i) {
    const bool is_sandbox = orgs[i].host().find(".sandbox.") != std::string::npos;
    if (is_sandbox != of_a_sandbox) continue;
    page.append("<option value=\"").append(std::to_string(i)).append("\">");
    page.append(escaped(orgs[i].host())).append("</option>");
  }
  return page +
         "</select></label> <button name=\"decision\" value=\"allow\">Allow</button> "
         "<button name=\"decision\" value=\"deny\">Deny</button></form></html>";
}

}  // namespace salesforce_sandbox
