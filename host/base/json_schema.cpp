#include "base/json_schema.h"

#include "base/rapidjson.h"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <valijson/adapters/rapidjson_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#pragma clang diagnostic pop

template <>
struct valijson::adapters::AdapterTraits<
    valijson::adapters::GenericRapidJsonAdapter<patchbay::json::RapidValue>> {
  using DocumentType = patchbay::json::RapidDocument;  // NOLINT(readability-identifier-naming)
  static std::string adapterName() {                   // NOLINT(readability-identifier-naming)
    return "patchbay";
  }
};

namespace patchbay::json {
namespace {

using Adapter = valijson::adapters::GenericRapidJsonAdapter<RapidValue>;

// valijson's context is a list like <root>, ["fields"], [0].
std::string to_pointer(const std::vector<std::string>& context) {
  std::string pointer;
  for (const auto& part : context) {
    if (part == "<root>") continue;
    std::string_view step = part;
    if (step.starts_with('[') && step.ends_with(']')) step = step.substr(1, step.size() - 2);
    if (step.size() >= 2 && step.starts_with('"') && step.ends_with('"'))
      step = step.substr(1, step.size() - 2);
    pointer += '/';
    pointer += step;
  }
  return pointer;
}

}  // namespace

struct Schema::Impl {
  valijson::Schema schema;
};

Schema::Schema(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;

Result<Schema> Schema::compile(std::string_view text) {
  PATCHBAY_TRY_ASSIGN(const Document document, Document::parse(text));
  auto impl = std::make_unique<Impl>();
  try {
    valijson::SchemaParser parser;
    parser.populateSchema(Adapter(*static_cast<const RapidValue*>(document.root().raw())),
                          impl->schema);
  } catch (const std::exception& e) {
    return make_error(ErrorCode::kInternal, std::string("schema does not compile: ") + e.what());
  }
  return Schema(std::move(impl));
}

std::vector<SchemaProblem> Schema::check(const Value& document) const {
  std::vector<SchemaProblem> problems;
  if (!document.exists()) return {{"", "document is missing"}};
  try {
    valijson::Validator validator;
    valijson::ValidationResults results;
    validator.validate(impl_->schema, Adapter(*static_cast<const RapidValue*>(document.raw())),
                       &results);
    valijson::ValidationResults::Error error;
    while (results.popError(error))
      problems.push_back({to_pointer(error.context), error.description});
  } catch (const std::exception& e) {
    problems.push_back({"", e.what()});
  }
  return problems;
}

}  // namespace patchbay::json
