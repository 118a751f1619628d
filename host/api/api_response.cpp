#include "api/api_response.h"

#include <algorithm>
#include <cstdio>

namespace patchbay::api {
namespace {

bool is_escaped(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

// At least what append_escaped() appends; a control character takes six bytes.
std::size_t escaped_bound(std::string_view text) {
  return text.size() + 5 * static_cast<std::size_t>(std::ranges::count_if(text, is_escaped));
}

void append_escaped(std::string& out, std::string_view text) {
  while (true) {
    const auto plain = std::ranges::find_if(text, is_escaped);
    out.append(text.begin(), plain);
    if (plain == text.end()) return;
    if (const char c = *plain; c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      out += code;
    }
    text = {plain + 1, text.end()};
  }
}

}  // namespace

net::Response secret_json(std::string_view object, std::string_view name, std::string_view secret,
                          unsigned status) {
  net::Response response = net::json({}, status);
  response.secret = true;
  response.with("Cache-Control", "no-store").with("Pragma", "no-cache");
  std::string& body = response.body;
  // At once, so that growth leaves no copy behind.
  body.reserve(object.size() + name.size() + escaped_bound(secret) + 8);
  body += object.substr(0, object.size() - 1);
  if (object.size() > 2) body += ',';
  body += '"';
  append_escaped(body, name);
  body += "\":\"";
  append_escaped(body, secret);
  body += "\"}";
  return response;
}

}  // namespace patchbay::api
