#include "conformance/known_secrets.h"

#include <string.h>

#include <algorithm>
#include <vector>

namespace patchbay::conformance {
namespace {

constexpr std::size_t kShortest = 12;

std::vector<std::string>& learnt() {
  static std::vector<std::string> secrets;
  return secrets;
}

bool holds(std::string_view text, std::string_view secret) {
  return !text.empty() &&
         ::memmem(text.data(), text.size(), secret.data(), secret.size()) != nullptr;
}

}  // namespace

void learn_secret(const std::string& secret) {
  if (secret.size() >= kShortest && !holds_secret(secret)) learnt().push_back(secret);
}

bool holds_secret(std::string_view text) {
  return holds(text, kSecretMark) ||
         std::ranges::any_of(learnt(), [text](const auto& secret) { return holds(text, secret); });
}

}  // namespace patchbay::conformance
