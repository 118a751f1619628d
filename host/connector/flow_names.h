#pragma once
// The interface's numbers by name, as recorded flows hold them. Depends on the C interface alone.
// Any thread.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "patchbay/connector.h"

namespace patchbay::connector {

using NumberName = std::pair<std::uint32_t, std::string_view>;

inline constexpr std::array<NumberName, 6> kEventNames{{{PATCHBAY_EVENT_START, "START"},
                                                        {PATCHBAY_EVENT_REPLIES, "REPLIES"},
                                                        {PATCHBAY_EVENT_TIMER, "TIMER"},
                                                        {PATCHBAY_EVENT_REDIRECT, "REDIRECT"},
                                                        {PATCHBAY_EVENT_INPUT, "INPUT"},
                                                        {PATCHBAY_EVENT_CANCEL, "CANCEL"}}};
inline constexpr std::array<NumberName, 6> kActionNames{{{PATCHBAY_ACTION_REQUESTS, "REQUESTS"},
                                                         {PATCHBAY_ACTION_WAIT, "WAIT"},
                                                         {PATCHBAY_ACTION_REDIRECT, "REDIRECT"},
                                                         {PATCHBAY_ACTION_INPUT, "INPUT"},
                                                         {PATCHBAY_ACTION_DONE, "DONE"},
                                                         {PATCHBAY_ACTION_FAIL, "FAIL"}}};
inline constexpr std::array<NumberName, 9> kFailureNames{
    {{PATCHBAY_FAIL_CREDENTIALS, "CREDENTIALS"},
     {PATCHBAY_FAIL_PERMISSION, "PERMISSION"},
     {PATCHBAY_FAIL_REVOKED, "REVOKED"},
     {PATCHBAY_FAIL_RATE_LIMIT, "RATE_LIMIT"},
     {PATCHBAY_FAIL_TRANSIENT, "TRANSIENT"},
     {PATCHBAY_FAIL_PROTOCOL, "PROTOCOL"},
     {PATCHBAY_FAIL_CONFIGURATION, "CONFIGURATION"},
     {PATCHBAY_FAIL_CANCELLED, "CANCELLED"},
     {PATCHBAY_FAIL_INTERNAL, "INTERNAL"}}};
inline constexpr std::array<NumberName, 4> kRequestFlagNames{
    {{PATCHBAY_REQUEST_SECRET, "SECRET"},
     {PATCHBAY_REQUEST_IDEMPOTENT, "IDEMPOTENT"},
     {PATCHBAY_REQUEST_MINTS, "MINTS"},
     {PATCHBAY_REQUEST_CONSUMES, "CONSUMES"}}};

// The number itself where it has no name.
template <std::size_t Size>
std::string name_of(const std::array<NumberName, Size>& names, std::uint32_t number) {
  const auto* found = std::ranges::find(names, number, &NumberName::first);
  return found == names.end() ? std::to_string(number) : std::string(found->second);
}

// Takes what name_of() gives; 0: neither a name nor a number.
template <std::size_t Size>
std::uint32_t number_of(const std::array<NumberName, Size>& names, std::string_view name) {
  const auto* found = std::ranges::find(names, name, &NumberName::second);
  if (found != names.end()) return found->first;
  std::uint32_t number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

}  // namespace patchbay::connector
