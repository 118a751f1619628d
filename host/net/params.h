#pragma once
// Decoded name/value pairs: the query of a target, the fields of a form
// (application/x-www-form-urlencoded), the parameters of a path. Values may be secrets, so all of
// them lie in memory that is wiped when freed, and one can be moved out as a SecretString. Views
// handed out hold until the next change.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace patchbay::net {

struct ParamLimits {
  std::size_t max_count = 256;
  std::size_t max_name_bytes = 128;
  std::size_t max_value_bytes = std::size_t{64} << 10U;
};

class Params {
 public:
  Params() = default;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;  // the first
  [[nodiscard]] std::string get_or(std::string_view name, std::string_view otherwise) const;
  [[nodiscard]] std::vector<std::string_view> get_all(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return get(name).has_value(); }

  // Takes the first value of that name out and leaves an empty one; empty when there is none.
  SecretString take_secret(std::string_view name);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::pair<std::string_view, std::string_view> at(std::size_t index) const;
  void add(std::string_view name, std::string_view value);
  void clear();  // wiped; the memory stays for what comes next

 private:
  struct Entry {
    std::size_t name, name_size, value, value_size;
  };
  [[nodiscard]] const Entry* find(std::string_view name) const;
  [[nodiscard]] std::string_view name_of(const Entry& e) const;
  [[nodiscard]] std::string_view value_of(const Entry& e) const;

  std::vector<char, WipingAllocator<char>> text_;
  std::vector<Entry> entries_;
};

// Decodes `a=1&b=two+words`. Errors (kInvalidArgument, kTooLarge): broken percent-encoding, text
// that is not UTF-8, control characters other than tab and line break, a limit passed.
Result<Params> parse_params(std::string_view encoded, const ParamLimits& limits = {});
// The same, behind those that are there; what came before an error stays.
Result<> parse_params(std::string_view encoded, Params& into, const ParamLimits& limits = {});

// The same for a request body, which is wiped whatever the outcome.
Result<Params> parse_form(SecretString& body, const ParamLimits& limits = {});

}  // namespace patchbay::net
