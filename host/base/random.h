#pragma once
// Randomness through a seam. OsRandom is the kernel's generator; SeededRandom is for tests and
// must never guard anything.
#include <array>
#include <cstdint>
#include <random>
#include <span>
#include <string>

namespace patchbay {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  std::array<std::uint8_t, 32> bytes32();
  // 256 bits as 43 base64url characters: session tokens, API keys.
  std::string token();
  // 96 bits as 20 lower-case base32 characters behind a prefix, e.g. "acc_": row ids.
  std::string id(std::string_view prefix);
  // Uniform in [0, 1), for jitter.
  double unit();
};

// getrandom(2). Any thread; ends the process if the kernel has no randomness to give.
class OsRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

// Same seed, same bytes. One thread.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::mt19937_64 engine_;
};

}  // namespace patchbay
