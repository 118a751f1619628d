#pragma once
// Two hubs on one database whose story a test writes, in place of chance: the parts of a
// simulation, which stand still but for what run_until() lets go on.
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "simulated_hub.h"

namespace patchbay::simulator {

class ScriptedHubs {
 public:
  // Both hubs run. Throws when they don't start.
  explicit ScriptedHubs(const ConnectorShelf& connectors);

  // Until `holds`, or an hour of virtual time has passed: then false. Hubs that are frozen stand
  // still meanwhile.
  bool run_until(const std::function<bool()>& holds);
  void run_for(std::int64_t ms);
  void freeze(int hub, bool is_frozen) { frozen_.at(static_cast<std::size_t>(hub)) = is_frozen; }

  // Links an account of a new grant by the first hub: its id.
  std::string link(GrantKind kind);
  // Only begins to; its access tokens live for an hour. `outcome`, which outlives the hubs' work,
  // is set at the end.
  void begin_link(GrantKind kind, std::optional<accounts::LinkOutcome>& outcome);
  // Gives an account another grant of that kind.
  void reconnect(int hub, const std::string& account_id, GrantKind kind);
  void unlink(int hub, const std::string& account_id);
  // Begins a refresh as a person asks for it.
  void begin_refresh(int hub, const std::string& account_id);

  [[nodiscard]] SimulatedHub& hub(int number) {
    return *hubs_.at(static_cast<std::size_t>(number));
  }
  [[nodiscard]] std::int64_t number(const std::string& sql);  // the database's answer
  [[nodiscard]] std::string text(const std::string& sql);

  World world;
  TokenBook book;
  SharedDisk disk{world};
  Network network{world, book};

 private:
  bool step();
  void move_time(std::int64_t until);

  SeededRandom random_{1};
  vault::KeyChain keys_{vault::KeyEncryptionKey::generate(random_)};
  Surroundings around_;
  std::array<std::unique_ptr<SimulatedHub>, 2> hubs_;
  std::array<bool, 2> frozen_{};
};

}  // namespace patchbay::simulator
