#pragma once
// How eagerly tokens are renewed. The defaults are what `serve` uses.
#include <chrono>
#include <cstddef>

namespace patchbay::accounts {

struct KeeperOptions {
  double refresh_share = 0.8;  // of the lifetime; jittered by a tenth of what is left
  std::chrono::milliseconds health_check = std::chrono::hours(24 * 7);
  // How much of a token's life may be over when somebody asks for more validity than any has.
  double fresh_share = 0.1;
  // For how long the provider is not asked again for a token that a refresh did not bring, or that
  // it refuses although it has just been minted.
  std::chrono::milliseconds missing_again{60'000};
  std::chrono::milliseconds first_back_off{1'000};
  std::chrono::milliseconds longest_back_off{300'000};
  // How long to wait for another instance that is renewing the same account's token.
  std::chrono::milliseconds patience{20'000};
  // How many accounts stay opened in memory at most, of all loops; those that were not used for the
  // longest time go, and are read again when they are wanted. Each takes some kilobytes.
  std::size_t held_accounts = 100'000;
  // What is due belongs to the instance that claimed it for so long; then it is due again.
  std::chrono::milliseconds claim{20'000};
};

}  // namespace patchbay::accounts
