#pragma once

#include <span>
#include <string>
#include <string_view>

namespace patchbay::personio_sandbox {

enum class Culture { german, english };

/// Common first and last names. UTF-8.
std::span<const std::string_view> female_names(Culture culture);
std::span<const std::string_view> male_names(Culture culture);
std::span<const std::string_view> last_names(Culture culture);

/// A name as it stands in a mail address: "Jürgen" becomes "juergen", "O'Neill" "oneill".
std::string mail_name(std::string_view name);

}  // namespace patchbay::personio_sandbox
