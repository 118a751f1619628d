#include "trace.h"

#include <cstdio>

namespace patchbay::simulator {
namespace {

constexpr std::uint64_t kPrime = 1099511628211U;

// "12d 03:04:05.678"
std::string clock_of(std::int64_t elapsed_ms) {
  const auto seconds = elapsed_ms / 1000;
  char text[40];
  std::snprintf(text, sizeof text, "%3lldd %02lld:%02lld:%02lld.%03lld ",
                static_cast<long long>(seconds / 86'400),
                static_cast<long long>(seconds / 3600 % 24),
                static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60),
                static_cast<long long>(elapsed_ms % 1000));
  return text;
}

}  // namespace

void Trace::add(std::int64_t elapsed_ms, std::string_view line) {
  auto text = clock_of(elapsed_ms);
  text += line;
  for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * kPrime;
  ++lines_;
  if (echo_) echo_(text);
  last_.push_back(std::move(text));
  if (last_.size() > kLastLines) last_.pop_front();
}

void Trace::count(std::uint64_t value) {
  hash_ = (hash_ ^ value) * kPrime;
}

}  // namespace patchbay::simulator
