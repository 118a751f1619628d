#include "explain/explanation.h"

#include <array>

namespace patchbay::explain {

std::string_view to_word(Finding finding) {
  static constexpr std::array<std::string_view, kFindings> kWords = {
      "suspended",
      "integration_off",
      "connector_gone",
      "connector_awaits_approval",
      "connector_unusable",
      "connector_quarantined",
      "connector_restarting",
      "key_missing",
      "credentials_refused",
      "revoked",
      "permission_refused",
      "restored_token_spent",
      "reconnect_needed",
      "other_error",
      "provider_down",
      "rate_limited",
      "provider_odd",
      "setup_wrong",
      "connector_failed",
      "refresh_fails",
      "token_ended",
      "renewing",
      "restored_waits",
      "requests_refused",
      "permissions_lacking",
      "idle",
      "fine",
  };
  return kWords.at(static_cast<std::size_t>(finding));
}

std::string_view to_word(Urgency urgency) {
  static constexpr std::array<std::string_view, 3> kWords = {"none", "waits", "act"};
  return kWords.at(static_cast<std::size_t>(urgency));
}

std::string_view to_word(Who who) {
  static constexpr std::array<std::string_view, 3> kWords = {"nobody", "operator", "customer"};
  return kWords.at(static_cast<std::size_t>(who));
}

}  // namespace patchbay::explain
