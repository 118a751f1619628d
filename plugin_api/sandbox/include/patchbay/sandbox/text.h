#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/http.h"

namespace patchbay::sandbox {

/// Decodes %XX (and, in forms and queries, `+`). Nothing when an escape is broken.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank);
/// Encodes all but RFC 3986's unreserved characters.
std::string percent_encode(std::string_view text);

/// `a=1&b=2` to pairs. Nothing when an escape is broken or there are over 1,000 fields.
std::optional<Fields> parse_form(std::string_view text);
std::string encode_form(const Fields& fields);

/// RFC 4648 section 5, without padding.
std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

std::vector<std::string> split(std::string_view text, char separator);
std::string lower_case(std::string_view text);  ///< ASCII only
std::string_view trim(std::string_view text);   ///< blanks and tabs

/// Compares in a time that depends on the lengths alone.
bool equal_in_constant_time(std::string_view left, std::string_view right);

/// From the operating system's generator; throws SandboxError when that fails.
std::string random_bytes(std::size_t count);
std::string random_base64url(std::size_t byte_count);
std::string random_uuid();  ///< version 4

}  // namespace patchbay::sandbox
