#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/json.h"
#include "patchbay/sandbox/state_folder.h"

namespace patchbay::sandbox {

/// A secret that a provider gives out once and for all, kept between starts, and what a test takes
/// away from it: the one option `denied`, a list of names. Any thread.
class StaticCredential {
 public:
  /// `kind` says in messages what the names are: "permission". Only `names` can be denied.
  StaticCredential(const StateFolder& state, std::size_t random_bytes, std::string kind,
                   std::vector<std::string> names);

  const std::string& secret() const { return secret_; }
  bool is(std::string_view given) const;
  bool lacks(std::string_view name) const;

  /// For Provider's functions of these names.
  json::object options() const;
  std::optional<std::string> set_options(const json::object& changes);
  void reset();

 private:
  const std::string secret_;
  const std::string kind_;
  const std::vector<std::string> names_;
  mutable std::mutex mutex_;  // of what follows; a test's thread sets options
  std::set<std::string, std::less<>> denied_;
};

}  // namespace patchbay::sandbox
