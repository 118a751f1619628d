#include "connector/flow_redaction.h"

#include <algorithm>
#include <array>
#include <random>

#include "base/encoding.h"
#include "base/hash.h"

namespace patchbay::connector {
namespace {

constexpr std::string_view kReturnAddress = "https://hub.example/connect/return";
constexpr std::size_t kLongestMark = 8;    // of a vendor, in front of a secret
constexpr std::size_t kMarkedSecret = 20;  // at least so long
constexpr std::size_t kLongestWord = 64;

constexpr std::array<std::string_view, 9> kWords{
    "error", "error_code", "code", "type", "token_type", "scope", "status", "kind", "grant_type"};
constexpr std::array<std::string_view, 3> kNumbers{"expires_in", "status", "code"};
constexpr std::array<std::string_view, 5> kHeaders{"content-type", "retry-after", "content-length",
                                                   "content-encoding", "date"};

template <std::size_t Size>
bool is_among(const std::array<std::string_view, Size>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Letters and what joins words: no token is made of that alone.
bool is_wording(std::string_view text) {
  return text.size() <= kLongestWord && std::ranges::all_of(text, [](char c) {
           return is_lower(c) || is_upper(c) ||
                  std::string_view(" _.:-").find(c) != std::string::npos;
         });
}

bool is_name(std::string_view key) {
  return !key.empty() && key.size() <= kLongestWord && std::ranges::all_of(key, [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) ||
           std::string_view("_.-$@").find(c) != std::string_view::npos;
  });
}

// How much of a secret's beginning names its vendor: "papi-", "sk_live_".
std::size_t mark_of(std::string_view text) {
  if (text.size() < kMarkedSecret) return 0;
  std::size_t mark = 0;
  for (std::size_t i = 0; i < kLongestMark; ++i) {
    if (text[i] == '-' || text[i] == '_')
      mark = i + 1;
    else if (!is_lower(text[i]) && !is_upper(text[i]))
      break;
  }
  return mark;
}

// By kind of character. What is not UTF-8 stays not UTF-8; all other letters become one.
std::string disguised(std::string_view text, std::mt19937& draw) {
  const auto any = [&draw](char first, unsigned count) {
    return static_cast<char>(first + static_cast<char>(draw() % count));
  };
  const bool utf8 = is_valid_utf8(text);
  std::string out;
  for (const char c : text) {
    if (is_lower(c))
      out += any('a', 26);
    else if (is_upper(c))
      out += any('A', 26);
    else if (is_digit(c))
      out += any('0', 10);
    else if (static_cast<unsigned char>(c) < 0x80)
      out += c;
    else if (!utf8)
      out += '\xff';
    else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80)
      out += "\xc3\xa9";
  }
  return out;
}

bool is_choice(const manifest::AuthMethod* method, std::string_view id) {
  if (method == nullptr) return false;
  for (const auto* fields : {&method->fields, &method->further_fields, &method->setup_fields})
    for (const auto& field : *fields)
      if (field.id == id) return field.type == manifest::FieldType::kSelect;
  return false;
}

}  // namespace

std::string Redactor::value(std::string_view original) {
  if (original.empty()) return {};
  const auto [found, fresh] = known_.try_emplace(sha256_hex(original));
  if (fresh) {
    // Seeded by its place in the order of what was met, not by what it is.
    std::mt19937 draw(static_cast<unsigned>(known_.size()));
    const auto text = original.substr(0, kLongest);
    const auto mark = mark_of(text);
    found->second = std::string(text.substr(0, mark)) + disguised(text.substr(mark), draw);
  }
  return found->second;
}

std::string Redactor::header(std::string_view name, std::string_view original) {
  return is_among(kHeaders, name) ? std::string(original.substr(0, kLongest)) : value(original);
}

std::string Redactor::body(std::string_view original) {
  const auto document = json::Document::parse(original);
  if (!document) return value(original);
  json::Writer out;
  write(out, document->root(), "");
  return out.take();
}

void Redactor::write(json::Writer& out, const json::Value& value, std::string_view key) {
  if (value.is_object()) {
    out.begin_object();
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto [name, member] = value.member(i);
      out.key(is_name(name) ? std::string(name) : this->value(name));
      write(out, member, name);
    }
    out.end_object();
  } else if (value.is_array()) {
    out.begin_array();
    for (std::size_t i = 0; i < value.size(); ++i) write(out, value.at(i), key);
    out.end_array();
  } else if (const auto text = value.as_string()) {
    out.string(is_among(kWords, key) && is_wording(*text) ? std::string(*text)
                                                          : this->value(*text));
  } else if (value.is_number()) {
    out.raw(is_among(kNumbers, key) ? value.dump() : number(value));
  } else {
    out.value(value);
  }
}

// As many digits, and no number that JSON does not have: "-12.5" becomes "-83.1".
std::string Redactor::number(const json::Value& value) {
  std::string text = this->value(value.dump());
  const auto first = text.find_first_of("0123456789");
  if (first != std::string::npos && text[first] == '0' && text.size() > first + 1)
    text[first] = '1';
  return json::Document::parse("[" + text + "]") ? text : "0";
}

FlowInput Redactor::input(const FlowInput& original, const manifest::AuthMethod* method) {
  FlowInput redacted;
  redacted.auth_method_id = original.auth_method_id;
  redacted.environment_id = original.environment_id;
  redacted.needed_permissions = original.needed_permissions;
  redacted.action_id = original.action_id;
  redacted.arguments_json = original.arguments_json.empty() ? "" : body(original.arguments_json);
  redacted.redirect_uri = original.redirect_uri.empty() ? "" : std::string(kReturnAddress);
  const auto plain = [&](const std::vector<NamedValue>& from, std::vector<NamedValue>& to) {
    for (const auto& field : from)
      to.push_back({field.name, is_choice(method, field.name) ? field.value : value(field.value)});
  };
  const auto secret = [&](const std::vector<NamedSecret>& from, std::vector<NamedSecret>& to) {
    for (const auto& item : from)
      to.push_back({item.name, SecretString(value(item.value.reveal()))});
  };
  plain(original.fields, redacted.fields);
  plain(original.setup_fields, redacted.setup_fields);
  secret(original.secrets, redacted.secrets);
  secret(original.setup_secrets, redacted.setup_secrets);
  for (const auto& token : original.tokens)
    redacted.tokens.push_back({token.name, SecretString(value(token.value.reveal())), token.type,
                               token.expires_unix_ms, token.scopes, token.scopes_known});
  return redacted;
}

FlowEvent Redactor::event(const FlowEvent& original, const manifest::AuthMethod* method) {
  FlowEvent redacted;
  redacted.kind = original.kind;
  redacted.unix_ms = original.unix_ms;
  const auto random = sha256(value(hex_encode(as_text(original.random))));
  std::ranges::copy(random, redacted.random.begin());
  for (const auto& reply : original.replies) {
    auto& copy = redacted.replies.emplace_back();
    copy.flags = reply.flags;
    copy.net_error = reply.net_error;
    copy.http_status = reply.http_status;
    for (const auto& field : reply.headers)
      copy.headers.push_back({field.name, header(field.name, field.value)});
    copy.body = SecretString(body(reply.body.reveal()));
  }
  for (const auto& item : original.query)
    redacted.query.push_back(
        {item.name, SecretString(item.name == "error" && is_wording(item.value.reveal())
                                     ? std::string(item.value.reveal())
                                     : value(item.value.reveal()))});
  for (const auto& field : original.fields)
    redacted.fields.push_back(
        {field.name, is_choice(method, field.name) ? field.value : value(field.value)});
  for (const auto& item : original.secrets)
    redacted.secrets.push_back({item.name, SecretString(value(item.value.reveal()))});
  return redacted;
}

}  // namespace patchbay::connector
