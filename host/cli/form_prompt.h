#pragma once
// A manifest's form on a terminal.
#include <string>
#include <vector>

#include "accounts/linker.h"
#include "base/result.h"
#include "manifest/manifest.h"

namespace patchbay::cli {

// Values of the fields in their order: what is secret is asked for without echo, or read line by
// line from standard input; what is not stands in `given` as "id=value" or, if it is required, is
// asked for too. kInvalidArgument: something given is no field, or is a secret.
Result<accounts::FormInput> read_form(const manifest::Manifest& manifest,
                                      const std::vector<manifest::Field>& fields,
                                      const std::vector<std::string>& given);

// A text of the connector's, in English, or the fallback it brought along.
std::string text_of(const manifest::Manifest& manifest, const connector::FlowMessage& message);

// What is wrong with a field, in English.
std::string describe(const manifest::FieldProblem& problem, const manifest::Manifest& manifest);

}  // namespace patchbay::cli
