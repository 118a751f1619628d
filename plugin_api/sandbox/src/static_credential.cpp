#include "patchbay/sandbox/static_credential.h"

#include <algorithm>
#include <utility>

#include "patchbay/sandbox/text.h"

namespace patchbay::sandbox {
namespace {

std::string kept_secret(const StateFolder& state, std::size_t random_bytes) {
  if (const auto kept = state.read("token")) return *kept;
  std::string made = random_base64url(random_bytes);
  state.write("token", made);
  return made;
}

}  // namespace

StaticCredential::StaticCredential(const StateFolder& state, std::size_t random_bytes,
                                   std::string kind, std::vector<std::string> names)
    : secret_(kept_secret(state, random_bytes)), kind_(std::move(kind)), names_(std::move(names)) {}

bool StaticCredential::is(std::string_view given) const {
  return equal_in_constant_time(given, secret_);
}

bool StaticCredential::lacks(std::string_view name) const {
  const std::scoped_lock lock(mutex_);
  return denied_.contains(name);
}

json::object StaticCredential::options() const {
  const std::scoped_lock lock(mutex_);
  json::array denied;
  for (const auto& name : denied_) denied.emplace_back(name);
  return {{"denied", std::move(denied)}};
}

std::optional<std::string> StaticCredential::set_options(const json::object& changes) {
  std::set<std::string, std::less<>> denied;
  const auto* list = changes.if_contains("denied");
  if (changes.size() != 1 || list == nullptr || !list->is_array())
    return "the one option is `denied`, a list of " + kind_ + "s";
  for (const auto& item : list->get_array()) {
    const std::string name = item.is_string() ? std::string(item.get_string()) : "";
    if (std::ranges::find(names_, name) == names_.end()) return "there is no " + kind_ + " " + name;
    denied.insert(name);
  }
  const std::scoped_lock lock(mutex_);
  denied_ = std::move(denied);
  return std::nullopt;
}

void StaticCredential::reset() {
  const std::scoped_lock lock(mutex_);
  denied_.clear();
}

}  // namespace patchbay::sandbox
