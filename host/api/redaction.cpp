#include "api/redaction.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/json.h"

namespace patchbay::api {
namespace {

// As they stand in a name without its separators, in English and German.
constexpr std::array<std::string_view, 29> kWithin = {"password",       "passwort",
                                                      "passwd",         "passphrase",
                                                      "secret",         "token",
                                                      "apikey",         "authorization",
                                                      "credential",     "cookie",
                                                      "privatekey",     "signature",
                                                      "iban",           "accountnumber",
                                                      "routingnumber",  "sortcode",
                                                      "kontonummer",    "taxid",
                                                      "taxnumber",      "steuer",
                                                      "socialsecurity", "sozialversicherung",
                                                      "nationalid",     "identitycard",
                                                      "passport",       "salary",
                                                      "gehalt",         "creditcard",
                                                      "cardnumber"};
// Too short to be looked for within.
constexpr std::array<std::string_view, 6> kWhole = {"bic", "ssn", "pin", "otp", "swift", "jwt"};

void write(json::Writer& out, const json::Value& value) {
  if (value.is_object()) {
    out.begin_object();
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto [name, member] = value.member(i);
      out.key(name);
      if (is_redacted_name(name) && !member.is_null())
        out.string(kRedacted);
      else
        write(out, member);
    }
    out.end_object();
  } else if (value.is_array()) {
    out.begin_array();
    for (std::size_t i = 0; i < value.size(); ++i) write(out, value.at(i));
    out.end_array();
  } else {
    out.value(value);
  }
}

}  // namespace

bool is_redacted_name(std::string_view name) {
  std::string plain;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(kWhole.begin(), kWhole.end(), plain) != kWhole.end() ||
         std::any_of(kWithin.begin(), kWithin.end(), [&plain](std::string_view word) {
           return plain.find(word) != std::string::npos;
         });
}

// The depth is bounded by the parser's.
std::string redacted_json(std::string_view body, std::size_t max_bytes) {
  if (body.empty()) return "null";
  const auto document = json::Document::parse(body, {.max_bytes = max_bytes});
  if (!document) return "null";
  json::Writer out;
  write(out, document->root());
  return out.take();
}

}  // namespace patchbay::api
