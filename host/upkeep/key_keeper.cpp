#include "upkeep/key_keeper.h"

#include "base/log.h"
#include "store/data_keys_table.h"
#include "store/key_rotation.h"

namespace patchbay::upkeep {
namespace {

using namespace std::chrono_literals;
namespace rotation = store::key_rotation;

constexpr std::int64_t kRecordsATidy = 500;

bool is_settled(const std::vector<vault::WrappedDataKey>& keys) {
  return !keys.empty() && keys.back().settled != 0;
}

}  // namespace

KeyKeeper::KeyKeeper(const KeyParts& parts)
    : parts_(parts),
      looking_(parts.loops, 1s, [this] { return tick_look(); }),
      tidying_(parts.loops, 60s, [this] { return tick_tidy(); }) {}

void KeyKeeper::start() {
  looking_.start();
  tidying_.start();
}

void KeyKeeper::stop() {
  looking_.stop();
  tidying_.stop();
}

net::Task<Result<>> KeyKeeper::look() {
  auto keys = co_await parts_.store.read(
      [](store::Database& db) { return store::data_keys_table::list(db); });
  if (!keys) co_return keys.error();
  const auto before = parts_.vault.ring();
  auto ring = vault::KeyRing::unlock(parts_.chain, *keys, before.get());
  if (!ring) co_return ring.error();
  if (ring->sealing_key_id() != before->sealing_key_id())
    log::info("keys", "sealing_with_new_data_key", {{"key", ring->sealing_key_id()}});
  parts_.vault.use(std::make_shared<const vault::KeyRing>(*std::move(ring)));
  co_return Result<>();
}

net::Task<Result<>> KeyKeeper::tidy() {
  auto keys = co_await parts_.store.read(
      [](store::Database& db) { return store::data_keys_table::list(db); });
  if (!keys) co_return keys.error();
  if (keys->size() < 2 || !is_settled(*keys)) co_return Result<>();
  const auto before = parts_.clock.unix_ms() - std::chrono::milliseconds(kRetiredKeyStays).count();
  auto removed = co_await parts_.store.transact(
      [this, before](store::Database& db) -> Result<std::vector<std::string>> {
        PATCHBAY_TRY(rotation::step(db, parts_.chain, parts_.random, {}, kRecordsATidy));
        return rotation::remove_unused(db, before);
      });
  if (!removed) co_return removed.error();
  for (const auto& id : *removed) {
    log::info("keys", "data_key_removed", {{"key", id}});
    audit::append_or_complain(&parts_.audit,
                              {.kind = "data_key.removed", .subject = id, .actor = "hub"});
  }
  co_return Result<>();
}

net::Task<> KeyKeeper::tick_look() {
  const auto looked = co_await look();
  const std::string complaint = looked ? std::string() : looked.error().message;
  if (!complaint.empty() && complaint != last_complaint_)
    log::error("keys", "not_up_to_date", {{"error", complaint}});
  last_complaint_ = complaint;
}

net::Task<> KeyKeeper::tick_tidy() {
  const auto done = co_await tidy();
  if (!done) log::error("keys", "not_tidied", {{"error", done.error().message}});
}

}  // namespace patchbay::upkeep
