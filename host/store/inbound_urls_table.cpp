#include "store/inbound_urls_table.h"

#include "store/row_helpers.h"

namespace patchbay::store::inbound_urls_table {

Result<void> insert(Database& db, const InboundUrl& url) {
  PATCHBAY_TRY(
      db.execute("INSERT INTO inbound_urls (id, project_id, account_id, token_hash, "
                 "secret_header, secret_hash, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                 {url.id, url.project_id, url.account_id, url.token_hash, url.secret_header,
                  url.secret_hash, url.created, url.expires}));
  return {};
}

Result<std::optional<InboundUrl>> find(Database& db, std::string_view token_hash,
                                       std::int64_t now_ms) {
  return first_row(
      db.query(
          "SELECT id, project_id, account_id, token_hash, secret_header, secret_hash, created, "
          "expires FROM inbound_urls WHERE token_hash = ? AND (expires = 0 OR expires > ?)",
          {token_hash, now_ms}),
      [](const Row& row) {
        return InboundUrl{row.text(0), row.text(1), row.text(2),    row.text(3),
                          row.text(4), row.text(5), row.integer(6), row.integer(7)};
      });
}

Result<bool> retire(Database& db, std::string_view account_id, std::int64_t now_ms,
                    std::int64_t until_ms) {
  PATCHBAY_TRY(
      db.execute("UPDATE inbound_urls SET expires = ? WHERE account_id = ? AND expires > ?",
                 {now_ms, account_id, now_ms}));
  PATCHBAY_TRY_ASSIGN(
      const auto ended,
      db.execute("UPDATE inbound_urls SET expires = ? WHERE account_id = ? AND expires = 0",
                 {until_ms, account_id}));
  return ended > 0;
}

Result<std::int64_t> prune(Database& db, std::int64_t ended_before_ms) {
  return db.execute("DELETE FROM inbound_urls WHERE expires <> 0 AND expires < ?",
                    {ended_before_ms});
}

Result<void> end_again(Database& replaced, Database& restored) {
  PATCHBAY_TRY_ASSIGN(const bool known, replaced.has_table("inbound_urls"));
  if (!known) return {};
  PATCHBAY_TRY_ASSIGN(const auto ended,
                      replaced.query("SELECT id, expires FROM inbound_urls WHERE expires <> 0"));
  for (const auto& row : ended) {
    PATCHBAY_TRY(restored.execute(
        "UPDATE inbound_urls SET expires = ? WHERE id = ? AND (expires = 0 OR expires > ?)",
        {row.integer(1), row.text(0), row.integer(1)}));
  }
  return {};
}

}  // namespace patchbay::store::inbound_urls_table
