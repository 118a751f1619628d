#include "cli/key_rotate_command.h"

#include <unistd.h>

#include <iostream>
#include <thread>

#include "cli/actor.h"
#include "cli/key_options.h"
#include "cli/options.h"
#include "store/data_keys_table.h"
#include "store/key_rotation.h"
#include "store/sealed_columns.h"

namespace patchbay::cli {
namespace {

namespace rotation = store::key_rotation;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using store::Database;

constexpr std::int64_t kRecordsAStep = 200;

struct RotateOptions {
  CommonOptions common;
  KeyOptions new_key;
  bool data_key = false;
  bool remove_now = false;
  double wait_s = 3;
};

// On a terminal, a line that moves; elsewhere silence.
class Progress {
 public:
  void show(std::int64_t resealed) {
    if (!on_terminal_) return;
    std::cerr << "\r" << resealed << " records re-sealed" << std::flush;
    shown_ = true;
  }
  void end() {
    if (shown_) std::cerr << "\n";
    shown_ = false;
  }

 private:
  bool on_terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
};

Result<> recorded(Hub& hub, const char* kind, const std::string& subject) {
  return hub.audit().append(
      {.kind = kind, .subject = subject, .key_id = hub.key_chain().id(), .actor = actor()});
}

Result<> move_to_new_key(Hub& hub) {
  PATCHBAY_TRY(recorded(hub, "key.rotated", hub.key_chain().id()));
  PATCHBAY_TRY_ASSIGN(const auto moved, hub.store().transact_blocking([&](Database& db) {
    return rotation::rewrap_all(db, hub.key_chain(), hub.random());
  }));
  std::cout << "Key " << hub.key_chain().id() << " opens the database now (" << moved
            << (moved == 1 ? " data key" : " data keys")
            << " moved). Give it to the hub before its next start.\n"
               "Keep the old key for as long as you keep backups from before.\n";
  return {};
}

Result<rotation::Walk> one_pass(Hub& hub, std::int64_t resealed_before, Progress& progress) {
  rotation::Walk walk;
  while (!walk.finished()) {
    PATCHBAY_TRY_ASSIGN(walk, hub.store().transact_blocking([&](Database& db) {
      return rotation::step(db, hub.key_chain(), hub.random(), walk, kRecordsAStep);
    }));
    progress.show(resealed_before + walk.resealed);
  }
  return walk;
}

// Passes until one finds nothing, and the hubs have had the time to take up the new key.
Result<rotation::Walk> reseal_all(Hub& hub, milliseconds wait) {
  const auto sure_at = steady_clock::now() + wait;
  Progress progress;
  rotation::Walk all;
  while (true) {
    const bool sure = steady_clock::now() >= sure_at;
    PATCHBAY_TRY_ASSIGN(auto walk, one_pass(hub, all.resealed, progress));
    all.resealed += walk.resealed;
    all.unreadable = walk.unreadable;
    all.complaints = std::move(walk.complaints);
    if (walk.resealed + walk.overtaken > 0) continue;
    if (sure) break;
    std::this_thread::sleep_until(sure_at);
  }
  progress.end();
  return all;
}

Result<> remove_old(Hub& hub, bool now) {
  const auto stays = now ? milliseconds(0) : milliseconds(upkeep::kRetiredKeyStays);
  const auto before = hub.clock().unix_ms() - stays.count();
  PATCHBAY_TRY_ASSIGN(const auto removed, hub.store().transact_blocking([&](Database& db) {
    return rotation::remove_unused(db, before);
  }));
  for (const auto& id : removed) {
    std::cout << "Old data key " << id << " removed.\n";
    audit::append_or_complain(&hub.audit(),
                              {.kind = "data_key.removed", .subject = id, .actor = actor()});
  }
  return {};
}

Result<int> rotate_data_key(Hub& hub, const RotateOptions& options) {
  PATCHBAY_TRY(recorded(hub, "data_key.rotation_begun", {}));
  PATCHBAY_TRY_ASSIGN(const auto target, hub.store().transact_blocking([&](Database& db) {
    return rotation::begin(db, hub.key_chain(), hub.random(), hub.clock().unix_ms());
  }));
  std::cout << (target.resumed ? "Finishing the rotation to data key " : "New data key ")
            << target.key_id << "\n"
            << std::flush;
  if (!target.resumed) PATCHBAY_TRY(recorded(hub, "data_key.created", target.key_id));
  PATCHBAY_TRY_ASSIGN(const auto done,
                      reseal_all(hub, milliseconds(static_cast<int>(options.wait_s * 1000))));
  PATCHBAY_TRY(hub.store().transact_blocking([&](Database& db) {
    return store::data_keys_table::settle(db, target.key_id, hub.clock().unix_ms());
  }));
  PATCHBAY_TRY(recorded(hub, "data_key.rotated", target.key_id));
  std::cout << done.resealed << " records re-sealed.\n";
  PATCHBAY_TRY(remove_old(hub, options.remove_now));
  if (done.unreadable == 0) return 0;
  std::cerr << "patchbay: " << done.unreadable
            << " records do not open; they stay as they are, and so do their old keys:\n";
  for (const auto& complaint : done.complaints) std::cerr << "  " << complaint << "\n";
  return 1;
}

int rotate(const RotateOptions& options) {
  auto hub_options = options.common.hub_options(1);
  if (!hub_options) return report(hub_options.error());
  const auto new_key = options.new_key.source();
  if (new_key) {
    hub_options->further_keys.insert(hub_options->further_keys.begin(), hub_options->key);
    hub_options->key = *new_key;
  }
  auto hub = Hub::open(std::move(*hub_options));
  if (!hub) return report(hub.error());
  if (new_key) {
    if (const auto moved = move_to_new_key(**hub); !moved) return report(moved.error());
  }
  if (new_key && !options.data_key) return 0;
  const auto code = rotate_data_key(**hub, options);
  return code ? *code : report(code.error());
}

}  // namespace

void add_key_rotate_command(CLI::App& key, Run& run) {
  auto* command = key.add_subcommand(
      "rotate",
      "Change keys while hubs serve from the same database. It may be interrupted at any moment;\n"
      "run it again, and it goes on.\n"
      "  patchbay key rotate --data data          a new data key: every record is sealed anew\n"
      "  patchbay key create data/key.new\n"
      "  patchbay key rotate --data data --new-key-file data/key.new\n"
      "  mv data/key.new data/key                 a new key: running hubs read it when they need "
      "it\n"
      "Where each hub has a key of its own to read, start them with --new-key-file first.");
  auto options = std::make_shared<RotateOptions>();
  options->common.add_to(*command);
  options->new_key.add_to(*command, "new-", "the key to change to; see: patchbay key create");
  command->add_flag("--data-key", options->data_key,
                    "With a new key: make a new data key, too (without one: always)");
  command->add_flag("--remove-now", options->remove_now,
                    "Remove old data keys at once when unused, not after ten minutes. Callers who "
                    "are reading a list start it again");
  command
      ->add_option("--wait", options->wait_s,
                   "Seconds that running hubs get to take up the new data key")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  command->callback([&run, options] { run = [options] { return rotate(*options); }; });
}

}  // namespace patchbay::cli
