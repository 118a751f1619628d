#include "actions/secret_window.h"

#include <algorithm>
#include <utility>

namespace patchbay::actions {
namespace {

void cover(std::string_view text, std::string_view secret, std::string& out) {
  for (auto at = text.find(secret); at != std::string_view::npos; at = text.find(secret, at + 1))
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(at), secret.size(), '*');
}

// How long the longest end of the text is that the secret, not whole, begins with.
std::size_t begun(std::string_view text, std::string_view secret) {
  for (auto size = std::min(secret.size() - 1, text.size()); size > 0; --size)
    if (text.ends_with(secret.substr(0, size))) return size;
  return 0;
}

}  // namespace

SecretWindow::SecretWindow(const std::vector<std::string_view>& secrets) {
  for (const std::string_view secret : secrets)
    if (!secret.empty()) secrets_.emplace_back(secret);
}

std::string SecretWindow::pass(std::string_view part) {
  SecretString joined;
  if (!waiting_.empty()) {
    joined = std::move(waiting_);
    joined.append(part);
  }
  const std::string_view text = joined.empty() ? part : joined.reveal();
  std::string out = std::exchange(waiting_out_, {}).append(part);
  std::size_t waits = 0;
  for (const auto& secret : secrets_) {
    cover(text, secret.reveal(), out);
    waits = std::max(waits, begun(text, secret.reveal()));
  }
  waiting_ = SecretString(text.substr(text.size() - waits));
  waiting_out_ = out.substr(out.size() - waits);
  out.resize(out.size() - waits);
  return out;
}

std::string SecretWindow::finish() {
  waiting_ = SecretString();
  return std::exchange(waiting_out_, {});
}

}  // namespace patchbay::actions
