#include "api/api_response.h"

#include <cstdio>

namespace patchbay::api {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      out += code;
    } else {
      out += c;
    }
  }
}

}  // namespace

net::Response secret_json(std::string_view object, std::string_view name, std::string_view secret,
                          unsigned status) {
  net::Response response = net::json({}, status);
  response.secret = true;
  response.with("Cache-Control", "no-store").with("Pragma", "no-cache");
  std::string& body = response.body;
  // At once, so that growth leaves no copy behind; a control character takes six bytes.
  body.reserve(object.size() + name.size() + 6 * secret.size() + 8);
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
