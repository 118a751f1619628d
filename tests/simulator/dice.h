#pragma once
// What chance decides in a simulation: all of it from one seed.
#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace patchbay::simulator {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  // Uniform, both ends included.
  std::int64_t between(std::int64_t least, std::int64_t most) {
    const auto span = static_cast<std::uint64_t>(most - least) + 1;
    return least + static_cast<std::int64_t>(engine_() % span);
  }
  bool chance(double probability) {
    return static_cast<double>(engine_() >> 11U) * 0x1.0p-53 < probability;
  }
  template <class T>
  T one_of(std::initializer_list<T> choices) {
    return choices.begin()[between(0, static_cast<std::int64_t>(choices.size()) - 1)];
  }
  template <class T>
  T& one_of(std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(
        between(0, static_cast<std::int64_t>(choices.size()) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace patchbay::simulator
