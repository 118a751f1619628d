#include "base/iso_time.h"
#include "cli/doctor/checks.h"

namespace patchbay::doctor {
namespace {

std::string count(std::int64_t number, const std::string& one, const std::string& many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

// What helps, by the account's reason code.
std::string remedy_for(const store::Backlog::Errors& errors) {
  const std::string show = " See: patchbay accounts show " + errors.example;
  const auto& code = errors.reason_code;
  if (code == "provider_unavailable")
    return "Wait: the hub goes on trying. Refresh by hand with patchbay accounts refresh ID." +
           show;
  if (code == "permission_missing")
    return "Grant at the provider what is missing, then have the account connected again." + show;
  return "Have the account connected again: its page makes a link for the customer." + show;
}

}  // namespace

void check_backlog(const store::Backlog& backlog, std::int64_t now_ms, const Tell& tell) {
  tell({"accounts", Verdict::kGood,
        count(backlog.accounts, "account", "accounts") + ", " + std::to_string(backlog.active) +
            " active, " + std::to_string(backlog.suspended) + " suspended"});
  for (const auto& errors : backlog.errors)
    tell({"accounts", Verdict::kWarning,
          count(errors.accounts, "account", "accounts") + " of " + errors.connector_id +
              " in error, " + errors.reason_code + ", the last since " + iso_time(errors.last) +
              ". " + errors.example + ": " + errors.reason_text,
          remedy_for(errors)});
  if (backlog.late_refreshes > 0)
    tell({"refresh", Verdict::kProblem,
          count(backlog.late_refreshes, "refresh is", "refreshes are") + " late, by " +
              std::to_string((now_ms - backlog.latest_refresh_due) / 60'000) +
              " minutes at the most.",
          "See whether a hub runs, and its log for \"refresh\": the provider may be slow or away. "
          "Another instance helps where there are many."});
  if (backlog.revocations > 0)
    tell({"revocations", Verdict::kWarning,
          count(backlog.revocations, "revocation waits", "revocations wait") +
              " for a provider, the oldest since " + iso_time(backlog.oldest_revocation) + ": " +
              backlog.last_revocation_error,
          "The hub goes on trying until the token has run out. If it can't wait, revoke it at the "
          "provider."});
  if (backlog.stuck_flows > 0)
    tell({"flows", Verdict::kWarning,
          count(backlog.stuck_flows, "flow was", "flows were") +
              " begun and not touched for an hour.",
          "A running hub takes them up; patchbay flows list tells which. A connector that is "
          "missing "
          "or waits for approval holds them up."});
  for (const auto& endpoint : backlog.endpoints)
    tell({"webhooks", Verdict::kWarning,
          endpoint.id + " at " + endpoint.url + " fails since " + iso_time(endpoint.failing_since) +
              (endpoint.active ? "" : " and was switched off") + ": " + endpoint.last_error,
          "Mend the receiver; then patchbay webhooks list tells how to have it tried again."});
}

}  // namespace patchbay::doctor
