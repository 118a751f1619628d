#pragma once
// Where providers send an account's events. The URL's token and the secret that the provider sends
// along are kept as SHA-256 alone: both are 256 random bits.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct InboundUrl {
  std::string id;
  std::string project_id;
  std::string account_id;
  std::string token_hash;     // hex
  std::string secret_header;  // in which the provider sends the secret
  std::string secret_hash;    // hex
  std::int64_t created = 0;   // unix ms
  std::int64_t expires = 0;   // unix ms; 0: the current one
};

namespace inbound_urls_table {

Result<void> insert(Database& db, const InboundUrl& url);
// One that is good now.
Result<std::optional<InboundUrl>> find(Database& db, std::string_view token_hash,
                                       std::int64_t now_ms);
// The account's current one is good until then; those before it end now. Whether there was a
// current one.
Result<bool> retire(Database& db, std::string_view account_id, std::int64_t now_ms,
                    std::int64_t until_ms);
// Those that ended before then.
Result<std::int64_t> prune(Database& db, std::int64_t ended_before_ms);
// In a restored backup: what ended in the database that it replaces ends there, too.
Result<void> end_again(Database& replaced, Database& restored);

}  // namespace inbound_urls_table
}  // namespace patchbay::store
