#include "audit/audit_chain.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/json_text.h"

namespace patchbay::audit {
namespace {

constexpr std::string_view kHashStart = ",\"hash\":\"";
constexpr std::size_t kTail = kHashStart.size() + 64 + 2;  // and the closing "}

}  // namespace

AuditHead first_audit_head(std::string_view file_name) {
  return {0, sha256_hex(file_name)};
}

std::string next_audit_line(AuditHead& head, const AuditEvent& event, std::int64_t now_ms) {
  std::string line;
  write_next_audit_line(head, event, now_ms, line);
  return line;
}

void write_next_audit_line(AuditHead& head, const AuditEvent& event, std::int64_t now_ms,
                           std::string& line) {
  line.clear();
  json::ObjectText(line)
      .member("seq", head.count + 1)
      .time("time", now_ms)
      .member("kind", event.kind)
      .member("project", event.project_id)
      .member("account", event.account_id)
      .member("subject", event.subject)
      .member("key", event.key_id)
      .member("request", event.request_id)
      .member("peer", event.peer)
      .member("connector", event.connector_id)
      .member("actor", event.actor)
      .member("prev", head.hash)
      .end();
  const auto hash = sha256_digits(line);
  head.hash.assign(hash.data(), hash.size());
  ++head.count;
  line.pop_back();
  line.append(kHashStart).append(head.hash).append("\"}\n");
}

Result<> follow_audit_line(AuditHead& head, std::string_view line) {
  const auto broken = [&](std::string_view why) {
    return make_error(ErrorCode::kProtocol, "The audit file is not as it was written: line " +
                                                std::to_string(head.count + 1) + " " +
                                                std::string(why) + ".");
  };
  if (line.size() <= kTail || !line.substr(line.size() - kTail).starts_with(kHashStart))
    return broken("has no hash");
  const std::string body = std::string(line.substr(0, line.size() - kTail)) + "}";
  const auto document = json::Document::parse(body);
  if (!document) return broken("is not JSON");
  const auto root = document->root();
  if (root.get("prev").string_or("") != head.hash ||
      root.get("seq").integer_or(0) != head.count + 1)
    return broken(head.count == 0 ? "does not follow from the file's name"
                                  : "does not follow the one before");
  std::string hash = sha256_hex(body);
  if (line.substr(body.size() - 1) != std::string(kHashStart) + hash + "\"}")
    return broken("was changed");
  head.hash = std::move(hash);
  ++head.count;
  return {};
}

Result<AuditHead> verify_audit(std::string_view file_name, std::string_view text) {
  AuditHead head = first_audit_head(file_name);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos)
      return make_error(ErrorCode::kProtocol, "The audit file is not as it was written: line " +
                                                  std::to_string(head.count + 1) + " is cut off.");
    PATCHBAY_TRY(follow_audit_line(head, text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  return head;
}

}  // namespace patchbay::audit
