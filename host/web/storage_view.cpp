#include "web/storage_view.h"

#include <array>
#include <map>
#include <utility>
#include <vector>

#include "web/account_view.h"

namespace patchbay::web {
namespace {

using store::KeyState;

std::string_view colour_of(KeyState state) {
  switch (state) {
    case KeyState::kSeals:
      return "good";
    case KeyState::kRotating:
      return "warn";
    case KeyState::kRetired:
      return "inactive";
  }
  return "warn";
}

View data_key_view(const vault::WrappedDataKey& key, const store::KeyReport& report,
                   std::int64_t now_ms, const Language& language) {
  const KeyState state = report.state(key);
  return View()
      .text("id", key.id)
      .text("kek", key.kek_id)
      .view("status",
            View()
                .text("code", colour_of(state))
                .text("label", language.text("storage.key_" + std::string(to_string(state)))))
      .text("records", std::to_string(report.records(key.id)))
      .view("created", time_view(key.created, now_ms, language))
      .view("retired", time_view(key.retired, now_ms, language));
}

// Key-encryption keys are known by the data keys that they wrap.
std::vector<View> key_encryption_views(const store::KeyReport& report, const std::string& own,
                                       const Language& language) {
  std::map<std::string, std::int64_t> wrapped;
  if (!own.empty()) wrapped[own] = 0;
  for (const auto& key : report.keys) ++wrapped[key.kek_id];
  std::vector<View> views;
  views.reserve(wrapped.size());
  for (const auto& [id, count] : wrapped)
    views.push_back(
        View()
            .text("id", id)
            .text("wraps", language.count("storage.wraps", count))
            .view("status", View()
                                .text("code", id == own ? "good" : "inactive")
                                .text("label", language.text(id == own ? "storage.kek_given"
                                                                       : "storage.kek_other"))));
  return views;
}

// Of all records, how many the newest key seals while a rotation is under way.
void put_rotation(View& view, const store::KeyReport& report, const Language& language) {
  const vault::WrappedDataKey* target = nullptr;
  for (const auto& key : report.keys)
    if (report.state(key) == KeyState::kRotating) target = &key;
  const std::int64_t done = target == nullptr ? 0 : report.records(target->id);
  const std::int64_t all = report.all_records();
  view.flag("rotating", target != nullptr)
      .text("rotation_done", std::to_string(done))
      .text("rotation_all", std::to_string(all))
      .text("rotation_text",
            target == nullptr ? ""
                              : language.text("storage.rotation", {{"done", std::to_string(done)},
                                                                   {"all", std::to_string(all)}}));
  const std::int64_t unnamed = report.records("");
  view.text("unnamed", unnamed == 0 ? "" : language.count("storage.unnamed", unnamed));
}

}  // namespace

std::string byte_size(std::int64_t bytes, const Language& language) {
  static constexpr std::array<std::string_view, 4> kUnits = {"kb", "mb", "gb", "tb"};
  if (bytes < 1000) return language.text("storage.bytes", {{"number", std::to_string(bytes)}});
  std::size_t unit = 0;
  std::int64_t tenths = (bytes + 50) / 100;
  while (tenths >= 10'000 && unit + 1 < kUnits.size()) {
    tenths = (tenths + 500) / 1000;
    ++unit;
  }
  const std::string number = tenths >= 100 || tenths % 10 == 0
                                 ? std::to_string((tenths + 5) / 10)
                                 : std::to_string(tenths / 10) +
                                       language.text("storage.decimal_point") +
                                       std::to_string(tenths % 10);
  return language.text("storage." + std::string(kUnits.at(unit)), {{"number", number}});
}

void put_storage(View& view, const StorageFacts& facts,
                 const std::optional<store::StoreLocation>& location, const std::string& key_id,
                 std::int64_t now_ms, const Language& language) {
  const bool postgres = location && location->is_postgres();
  std::vector<View> keys;
  keys.reserve(facts.keys.keys.size());
  for (auto key = facts.keys.keys.rbegin(); key != facts.keys.keys.rend(); ++key)
    keys.push_back(data_key_view(*key, facts.keys, now_ms, language));
  view.flag("postgres", postgres)
      .text("store_kind", language.text(postgres ? "storage.postgres" : "storage.sqlite"))
      .text("store_place", location ? location->shown() : "")
      .text("schema_version", std::to_string(facts.schema_version))
      .text("size", facts.size ? byte_size(facts.size->database, language) : "")
      .text("write_ahead",
            facts.size && !postgres ? byte_size(facts.size->write_ahead, language) : "")
      .view("restored", time_view(facts.epoch.restored, now_ms, language))
      .view("restored_from", time_view(facts.epoch.backup_taken, now_ms, language))
      .list("data_keys", std::move(keys))
      .list("keks", key_encryption_views(facts.keys, key_id, language));
  put_rotation(view, facts.keys, language);
}

}  // namespace patchbay::web
