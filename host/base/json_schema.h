#pragma once
// JSON Schema (draft 7) checking through valijson, for documents whose schema is ours: the
// manifest's and the configuration's. Schemas that come from outside are never compiled here (see
// manifest/input_schema.h). Any number of threads may check with one Schema.
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"

namespace patchbay::json {

struct SchemaProblem {
  std::string pointer;  // RFC 6901 pointer into the checked document
  std::string message;  // what is wrong there
};

class Schema {
 public:
  static Result<Schema> compile(std::string_view text);
  Schema(Schema&&) noexcept;
  Schema& operator=(Schema&&) noexcept;
  ~Schema();

  // Every problem found; empty when the document obeys.
  [[nodiscard]] std::vector<SchemaProblem> check(const Value& document) const;

 private:
  struct Impl;
  explicit Schema(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace patchbay::json
