#pragma once
// Connect links that earlier runs of an import made and nobody has used: a person has one that is
// good, the last one, or none once the account is there. Any loop, one row at a time.
#include <string>
#include <string_view>
#include <unordered_map>

#include "accounts/services.h"

namespace patchbay::moving {

class EarlierLinks {
 public:
  // `services` outlives this.
  EarlierLinks(const accounts::Services& services, std::string project_id, std::string source)
      : services_(services), project_id_(std::move(project_id)), source_(std::move(source)) {}

  // Reads which there are. Once, before the others are called.
  net::Task<Result<>> find();
  [[nodiscard]] bool has(const std::string& key) const { return ids_.contains(key); }
  // Ends those of a row. Returns how many were still good.
  net::Task<Result<int>> withdraw(const std::string& key);

  // What tells the account of a row from all others.
  static std::string key(std::string_view connector_id, std::string_view owner_id,
                         std::string_view source_id);

 private:
  const accounts::Services& services_;
  std::string project_id_;
  std::string source_;
  std::unordered_multimap<std::string, std::string> ids_;  // key -> connect session
};

}  // namespace patchbay::moving
