#pragma once
// Errors as values. Functions that can fail for reasons outside the program return Result<T>;
// exceptions never cross a module border. An Error says what happened and, where it helps, which
// form field or JSON pointer it is about. Its message is for a person and never holds a secret.
#include <boost/system/result.hpp>
#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace patchbay {

// What kind of thing went wrong; decides HTTP status, exit code and whether trying again helps.
enum class ErrorCode : std::uint8_t {
  kInvalidArgument,     // the caller sent something malformed
  kNotFound,            // no such thing, or not this caller's
  kConflict,            // somebody else changed it first
  kUnauthenticated,     // no or wrong identity presented to us
  kForbidden,           // identity known, not allowed
  kExpired,             // link, session or token past its time
  kInvalidCredentials,  // the provider refused the customer's credentials
  kPermissionMissing,   // the provider granted less than is needed
  kRevoked,             // access was withdrawn at the provider
  kRateLimited,         // slow down; see Error::retry_after_ms
  kUnavailable,         // transient: network, provider 5xx, overload
  kTimeout,             // a deadline passed
  kProtocol,            // the other side answered something that makes no sense
  kConfiguration,       // the operator has to change something
  kConnector,           // the connector crashed, hung or broke a rule
  kStorage,             // disk full, locked, read-only, corrupt, out of reach
  kOutcomeUnknown,      // done or not done, and there was no way to find out: look first
  kTooLarge,            // over a stated limit
  kCancelled,
  kInternal,
};

std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;          // what happened and what to do
  std::string field;            // form field id or JSON pointer; empty when neither applies
  std::string permission;       // e.g. "employees:read", when one is missing
  std::string provider_answer;  // the provider's own words, bounded, without secrets
  std::int64_t retry_after_ms = 0;
};

inline Error make_error(ErrorCode code, std::string message, std::string field = {}) {
  return Error{code, std::move(message), std::move(field), {}, {}, 0};
}

template <class T = void>
using Result = boost::system::result<T, Error>;

// Called by Result<T>::value() when there is none: a programming mistake, not an input error.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location& /*where*/) {
  throw std::logic_error("value() of a failed Result: " + error.message);
}

}  // namespace patchbay

#define PATCHBAY_CONCAT_(a, b) a##b
#define PATCHBAY_CONCAT(a, b) PATCHBAY_CONCAT_(a, b)

// PATCHBAY_TRY(expr): leaves the function with the error of a failed Result.
#define PATCHBAY_TRY(expr)                                       \
  do {                                                           \
    auto PATCHBAY_CONCAT(try_, __LINE__) = (expr);               \
    if (!PATCHBAY_CONCAT(try_, __LINE__))                        \
      return std::move(PATCHBAY_CONCAT(try_, __LINE__)).error(); \
  } while (false)

// PATCHBAY_TRY_ASSIGN(auto x, expr): the same, keeping the value.
#define PATCHBAY_TRY_ASSIGN(declaration, expr)                                                     \
  auto PATCHBAY_CONCAT(try_, __LINE__) = (expr);                                                   \
  if (!PATCHBAY_CONCAT(try_, __LINE__)) return std::move(PATCHBAY_CONCAT(try_, __LINE__)).error(); \
  declaration = *std::move(PATCHBAY_CONCAT(try_, __LINE__))

// The same two for coroutines.
#define PATCHBAY_CO_TRY(expr)                                       \
  do {                                                              \
    auto PATCHBAY_CONCAT(try_, __LINE__) = (expr);                  \
    if (!PATCHBAY_CONCAT(try_, __LINE__))                           \
      co_return std::move(PATCHBAY_CONCAT(try_, __LINE__)).error(); \
  } while (false)

#define PATCHBAY_CO_TRY_ASSIGN(declaration, expr)                 \
  auto PATCHBAY_CONCAT(try_, __LINE__) = (expr);                  \
  if (!PATCHBAY_CONCAT(try_, __LINE__))                           \
    co_return std::move(PATCHBAY_CONCAT(try_, __LINE__)).error(); \
  declaration = *std::move(PATCHBAY_CONCAT(try_, __LINE__))
