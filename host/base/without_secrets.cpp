#include "base/without_secrets.h"

namespace patchbay {

std::string without_secrets(std::string_view text, std::span<const std::string_view> secrets) {
  std::string out(text);
  for (const std::string_view secret : secrets) {
    if (secret.empty()) continue;
    for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at)) {
      out.replace(at, secret.size(), "[redacted]");
      at += 10;
    }
  }
  return out;
}

}  // namespace patchbay
