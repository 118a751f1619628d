#include "actions/provider_answer.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/json.h"

namespace patchbay::actions {
namespace {

constexpr std::size_t kMaxSummary = 400;
constexpr std::size_t kMaxTraceId = 128;
constexpr std::size_t kMaxParsed = std::size_t{256} << 10U;

constexpr std::array<std::string_view, 8> kShownHeaders = {
    "Content-Type",          "Retry-After",       "X-Request-Id", "Request-Id",
    "X-RateLimit-Remaining", "X-RateLimit-Limit", "X-Trace-Id",   "X-Correlation-Id"};
constexpr std::array<std::string_view, 4> kTraceHeaders = {"X-Trace-Id", "X-Request-Id",
                                                           "X-Correlation-Id", "Request-Id"};
// Some say in a header what went wrong, and send no body: X-Acme-Error-Message.
constexpr std::string_view kMessageEnding = "-error-message";
constexpr std::array<std::string_view, 3> kTraceEndings = {"trace_id", "request_id",
                                                           "correlation_id"};

// Cut at a character's border.
std::string bounded(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
  return text.substr(0, most) + "…";
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return bounded(std::move(text), kMaxSummary);
}

// A list of failures: "INVALID_FIELD: No such column".
std::string find_summary_of_first(const json::Value& failure) {
  const std::string code = failure.get("errorCode").string_or("");
  const std::string message = failure.get("message").string_or("");
  return code.empty() || message.empty() ? code + message : code + ": " + message;
}

// RFC 9457, OAuth (RFC 6749 §5.2) and the shapes most APIs use.
std::string find_summary(const json::Value& root) {
  const auto joined = [](const json::Value& error) -> std::string {
    std::string out = error.get("title").string_or("");
    const std::string detail = error.get("detail").string_or("");
    if (!detail.empty()) out += (out.empty() ? "" : ": ") + detail;
    return out;
  };
  if (root.is_array()) return find_summary_of_first(root.at(0));
  for (const auto& place : {root.pointer("/errors/0"), root}) {
    if (std::string found = joined(place); !found.empty()) return found;
  }
  if (std::string reason = root.pointer("/errors/0/errors/0/reason").string_or("");
      !reason.empty()) {
    const std::string field = root.pointer("/errors/0/field").string_or("");
    return field.empty() ? reason : field + ": " + reason;
  }
  for (const std::string_view path : {"/error_description", "/error/message", "/errors/0/message",
                                      "/message", "/error", "/errors/0"}) {
    if (const auto text = root.pointer(path).as_string(); text && !text->empty())
      return std::string(*text);
  }
  return {};
}

std::string find_message_header(const net::Headers& headers) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers.at(i);
    if (name.size() > kMessageEnding.size() &&
        net::iequals(name.substr(name.size() - kMessageEnding.size()), kMessageEnding) &&
        is_valid_utf8(value))
      return std::string(value);
  }
  return {};
}

std::string find_trace_id(const json::Value& root, const net::Headers& headers) {
  for (const json::Value& place : {root, root.get("error")}) {
    for (std::size_t i = 0; i < place.size(); ++i) {
      const auto member = place.member(i);
      const auto text = member.second.as_string();
      if (text && !text->empty() && text->size() <= kMaxTraceId &&
          std::any_of(kTraceEndings.begin(), kTraceEndings.end(),
                      [&](auto ending) { return member.first.ends_with(ending); }))
        return std::string(*text);
    }
  }
  for (const std::string_view name : kTraceHeaders)
    if (const auto value = headers.get(name); value && value->size() <= kMaxTraceId)
      return std::string(*value);
  return {};
}

using Secrets = std::span<const std::string_view>;

bool holds_any(std::string_view text, Secrets secrets) {
  return std::ranges::any_of(secrets, [text](std::string_view secret) {
    return !secret.empty() && text.find(secret) != std::string_view::npos;
  });
}

// The document's depth is bounded by the parser.
bool holds_any(const json::Value& value, Secrets secrets) {
  if (const auto text = value.as_string()) return holds_any(*text, secrets);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!value.is_object()) {
      if (holds_any(value.at(i), secrets)) return true;
      continue;
    }
    const auto [name, member] = value.member(i);
    if (holds_any(name, secrets) || holds_any(member, secrets)) return true;
  }
  return false;
}

void write_without(json::Writer& out, const json::Value& value, Secrets secrets) {
  if (const auto text = value.as_string()) {
    out.string(without_secrets(*text, secrets));
  } else if (value.is_object()) {
    out.begin_object();
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto [name, member] = value.member(i);
      write_without(out.key(without_secrets(name, secrets)), member, secrets);
    }
    out.end_object();
  } else if (value.is_array()) {
    out.begin_array();
    for (std::size_t i = 0; i < value.size(); ++i) write_without(out, value.at(i), secrets);
    out.end_array();
  } else {
    out.value(value);
  }
}

}  // namespace

std::string json_without_secrets(std::string_view document, Secrets secrets) {
  const auto parsed = json::Document::parse(document, {.max_bytes = document.size()});
  if (!parsed || !holds_any(parsed->root(), secrets)) return without_secrets(document, secrets);
  json::Writer out;
  write_without(out, parsed->root(), secrets);
  return without_secrets(out.take(), secrets);  // numbers, too
}

unsigned told_status(const manifest::Manifest& manifest, const net::ClientReply& reply) {
  const auto& codes = manifest.failure_codes;
  if (!codes || !reply.ok() || reply.status >= 500) return reply.status;
  const auto body = json::Document::parse(reply.body.reveal(), {.max_bytes = reply.body.size()});
  const auto code = body ? body->root().pointer(codes->path).as_string() : std::nullopt;
  if (!code) return reply.status;
  const bool says_success = reply.status >= 200 && reply.status <= 299;
  return says_success || codes->statuses.contains(*code) ? codes->status_of(*code) : reply.status;
}

ProviderAnswer read_provider_answer(const net::ClientReply& reply, std::string_view url,
                                    std::span<const std::string_view> secrets) {
  ProviderAnswer answer;
  answer.status = reply.status;
  answer.url = url.substr(0, url.find('?'));
  for (const std::string_view name : kShownHeaders)
    if (const auto value = reply.headers.get(name))
      answer.headers.emplace_back(name, bounded(without_secrets(*value, secrets), kMaxTraceId));

  const std::string_view body = reply.body.reveal();
  json::Value root;
  const auto document = json::Document::parse(body, {.max_bytes = kMaxParsed});
  if (document) root = document->root();
  std::string summary = find_summary(root);
  if (summary.empty()) summary = find_message_header(reply.headers);
  answer.summary = one_line(without_secrets(summary, secrets));
  answer.trace_id = one_line(without_secrets(find_trace_id(root, reply.headers), secrets));
  if (is_valid_utf8(body) && body.find('\0') == std::string_view::npos) {
    // Secrets go before the cut, else half of one could stay.
    answer.text = document ? json_without_secrets(body, secrets)
                           : without_secrets(body.substr(0, kMaxParsed), secrets);
    answer.is_json = root.is_object() && answer.text.size() <= ProviderAnswer::kMaxText &&
                     json::Document::parse(answer.text).has_value();
    answer.text = bounded(std::move(answer.text), ProviderAnswer::kMaxText);
  }
  return answer;
}

}  // namespace patchbay::actions
