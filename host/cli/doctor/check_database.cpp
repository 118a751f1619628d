#include "base/iso_time.h"
#include "base/random.h"
#include "cli/doctor/checks.h"
#include "store/backup_file.h"
#include "store/data_keys_table.h"
#include "store/migrations.h"
#include "store/open_store.h"
#include "store/store_epoch_table.h"
#include "store/store_in_use.h"
#include "store/store_size.h"
#include "store/verify_database.h"

namespace patchbay::doctor {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20U;
constexpr std::int64_t kLongLog = 256 * kMiB;
constexpr std::int64_t kMostDriftMs = 30'000;

bool check_schema(store::Database& database, const Tell& tell) {
  const auto version = store::schema_version(database);
  if (!version) {
    tell({"database", Verdict::kProblem, version.error().message});
    return false;
  }
  const auto newest = store::latest_schema_version();
  const auto what = "its schema has version " + std::to_string(*version);
  if (*version == newest) {
    tell({"database", Verdict::kGood, what});
    return true;
  }
  if (*version > newest) {
    tell({"database", Verdict::kProblem,
          what + ", and this program knows up to " + std::to_string(newest) + ".",
          "Run the Patchbay that wrote it, or a newer one."});
  } else {
    tell({"database", Verdict::kNote,
          what + ", and this program has " + std::to_string(newest) +
              ": the next start brings it up to date.",
          "Make a backup before: patchbay store backup FILE"});
  }
  return false;
}

void check_sealed(store::Database& database, const vault::KeyChain& chain, const Tell& tell) {
  const auto keys = store::data_keys_table::list(database);
  if (!keys) return tell({"database", Verdict::kProblem, keys.error().message});
  OsRandom random;
  const auto vault = vault::Vault::unlock(chain, *keys, random);
  if (!vault)
    return tell({"key", Verdict::kProblem, vault.error().message,
                 "This is not the key that the database was sealed with: name the right one with "
                 "--key-file, --key-env or --key-credential."});
  const auto opened = store::open_all_sealed(database, *vault);
  if (!opened)
    return tell(
        {"database", Verdict::kProblem, opened.error().message,
         "Put back the last backup that is whole: patchbay store verify FILE, then patchbay "
         "store restore FILE"});
  tell({"database", Verdict::kGood, std::to_string(*opened) + " sealed values open with the key"});
}

void check_size(store::Database& database, const store::StoreLocation& location, const Tell& tell) {
  const auto size = store::size_of_store(database, location);
  if (!size) return tell({"database", Verdict::kProblem, size.error().message});
  tell({"database", Verdict::kGood, "it takes " + std::to_string(size->database / kMiB) + " MiB"});
  if (size->write_ahead > kLongLog)
    tell({"database", Verdict::kWarning,
          "Its write-ahead log has grown to " + std::to_string(size->write_ahead / kMiB) + " MiB.",
          "Something keeps a transaction open: end other programs that read the file."});
}

void check_clock(store::Database& database, const Tell& tell) {
  if (database.dialect().shared_time.empty()) return;
  const auto rows = database.query(database.dialect().shared_time);
  if (!rows || rows->empty()) return;
  const auto drift = rows->front().integer(0) - SystemClock().unix_ms();
  if (drift > -kMostDriftMs && drift < kMostDriftMs) return;
  tell({"clock", Verdict::kWarning,
        "This machine's clock is " + std::to_string(drift / 1'000) +
            " s behind the database server's.",
        "Have both follow NTP: tokens are refreshed too late or too early."});
}

void check_backup(store::Database& database, const Tell& tell) {
  const auto epoch = store::store_epoch_table::current(database);
  if (epoch && epoch->backup_taken != 0)
    tell({"database", Verdict::kNote,
          "it came out of a backup of " + iso_time(epoch->backup_taken)});
}

}  // namespace

std::unique_ptr<store::Database> check_database(const store::StoreLocation& location,
                                                const vault::KeyChain* keys, const Tell& tell) {
  const auto used = store::is_in_use(location);
  if (!location.is_postgres()) {
    if (!store::file_exists(location.path())) {
      tell({"database", Verdict::kProblem, "There is no database " + location.path() + ".",
            "Say with --data or --store where it is. A new hub makes it at its first start."});
      return nullptr;
    }
    if (const auto whole = store::verify_sqlite(location.path(), nullptr); !whole) {
      tell({"database", Verdict::kProblem, whole.error().message});
      return nullptr;
    }
  }
  auto opened = store::open_database(location);
  if (!opened) {
    tell({"database", Verdict::kProblem, opened.error().message});
    return nullptr;
  }
  auto database = *std::move(opened);
  tell({"database", Verdict::kGood, location.shown() + " is whole and can be reached"});
  if (used && *used) {
    tell({"hub", Verdict::kGood, "a hub, or another command, works on it"});
  } else {
    tell({"hub", Verdict::kNote, "no hub works on it",
          "patchbay serve, or systemctl start patchbay"});
  }
  if (!check_schema(*database, tell)) return nullptr;
  check_size(*database, location, tell);
  check_clock(*database, tell);
  check_backup(*database, tell);
  if (keys != nullptr) check_sealed(*database, *keys, tell);
  return database;
}

}  // namespace patchbay::doctor
