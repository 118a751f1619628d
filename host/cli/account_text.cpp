#include "cli/account_text.h"

#include <array>
#include <ctime>
#include <iomanip>
#include <iostream>

namespace patchbay::cli {
namespace {

std::string date(std::int64_t unix_ms) {
  if (unix_ms == 0) return "-";
  const std::time_t seconds = unix_ms / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &utc)};
}

}  // namespace

void write_account(json::Writer& out, const store::Account& account) {
  out.begin_object()
      .member("id", account.id)
      .member("provider", account.connector_id)
      .member("status", std::string(to_string(account.status)))
      .member("reason", account.reason_code)
      .member("origin_owner_id", account.owner_id)
      .member("origin_owner_name", account.owner_name)
      .member("created_at", account.created)
      .member("last_used_at", account.last_used)
      .end_object();
}

void print_account(const store::Account& account, bool as_json) {
  if (as_json) {
    json::Writer out;
    write_account(out, account);
    std::cout << out.take() << "\n";
    return;
  }
  std::cout << std::left << std::setw(26) << account.id << std::setw(14) << account.connector_id
            << std::setw(10) << to_string(account.status) << std::setw(28) << account.owner_name
            << date(account.created);
  if (!account.reason_code.empty())
    std::cout << "\n    " << account.reason_code << ": " << account.reason_text;
  std::cout << "\n";
}

}  // namespace patchbay::cli
