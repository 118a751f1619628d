#pragma once

#include "gateway.h"
#include "request_rules.h"

namespace patchbay::personio_sandbox {

/// What a client may send about an employment, within a new person or to change one (reference,
/// section 4.2).
const ValueRules& employment_rules();

/// Changes the employment, and the person's supervisor, by `body`, which keeps to the rules. The
/// answer to refuse with when what it refers to is not there; both may be half changed then.
std::optional<sandbox::Response> write_employment(const Call& call,
                                                  const sandbox::json::object& body, Person& person,
                                                  Employment& employment);

/// Tells the webhooks what happened to the employment.
void tell_employment(const Call& call, const char* event, const Person& person,
                     const Employment& employment);

/// An employment as Personio makes it for a person about whom nothing else is known.
Employment new_employment(const Call& call, const Person& person);

}  // namespace patchbay::personio_sandbox
