#include "api/session_json.h"

#include <algorithm>
#include <charconv>

#include "base/iso_time.h"
#include "base/optional_members.h"

namespace patchbay::api {
namespace {

constexpr std::int64_t kOrganization = 1;  // an installation is one organisation

// "speakeasy-sdk/typescript 4.34.1 ..." from 4.34 on.
bool wants_text_organization(std::string_view user_agent) {
  constexpr std::string_view kClient = "speakeasy-sdk/typescript ";
  if (!user_agent.starts_with(kClient)) return false;
  user_agent.remove_prefix(kClient.size());
  unsigned major = 0;
  unsigned minor = 0;
  const char* const end = user_agent.data() + user_agent.size();
  const auto first =
      std::from_chars(user_agent.data(), user_agent.data() + user_agent.size(), major);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') return false;
  const auto second = std::from_chars(first.ptr + 1, end, minor);
  if (second.ec != std::errc{}) return false;
  return major > 4 || (major == 4 && minor >= 34);
}

}  // namespace

const std::vector<std::string_view>& session_categories() {
  static const std::vector<std::string_view> all = {
      "ats",      "hris",      "hris-legacy", "crm",       "iam",       "marketing", "lms",
      "stackone", "documents", "ticketing",   "screening", "messaging", "accounting"};
  return all;
}

void write_connect_session(json::Writer& out, const store::ConnectSession& session,
                           std::string_view user_agent) {
  out.begin_object().member("id", session.number).key("organization_id");
  if (wants_text_organization(user_agent)) {
    out.string(std::to_string(kOrganization));
  } else {
    out.integer(kOrganization);
  }
  out.member("project_id", session.project_id)
      .member("origin_owner_id", session.owner_id)
      .member("origin_owner_name", session.owner_name);
  write_text_or_null(out, "origin_username", session.username);
  write_text_or_null(out, "provider", session.connector_id);
  write_text_or_null(out, "integration_id", session.integration_id);
  write_text_or_null(out, "account_id", session.account_id);
  write_text_or_null(out, "label", session.label);
  out.member("type", to_string(session.type)).member("multiple", session.multiple);
  const auto categories = json::Document::parse(session.categories);
  const auto metadata = json::Document::parse(session.metadata);
  out.key("categories");
  out.value(categories && categories->root().is_array() ? categories->root() : json::Value());
  out.key("metadata");
  out.value(metadata && metadata->root().is_object() ? metadata->root() : json::Value());
  out.member("created_at", iso_time(session.created))
      .member("expires_at", iso_time(session.expires));
}

}  // namespace patchbay::api
