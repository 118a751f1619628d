#pragma once
// Shapes that strings of a manifest must have. All functions are pure; any thread.
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace patchbay::manifest {

// "personio_list_persons": a letter, then letters, digits and underscores, all lower-case, up
// to 64.
[[nodiscard]] bool is_id(std::string_view text);

// Ids joined by dots, up to 128 characters: "field.client_id.label".
[[nodiscard]] bool is_text_id(std::string_view text);

// "en", "de", "pt-BR" (RFC 5646, the common part).
[[nodiscard]] bool is_language_tag(std::string_view text);

// "1.2.3" with an optional "-pre.release" (semver.org, without build metadata).
[[nodiscard]] bool is_version(std::string_view text);

// A token of RFC 9110 section 5.6.2: names of headers.
[[nodiscard]] bool is_header_name(std::string_view text);

// A header the host itself is in charge of; `authorization` and `cookie` are among them.
[[nodiscard]] bool is_reserved_header(std::string_view name);
// A to Z alone, as names of headers are compared.
[[nodiscard]] std::string lower_case(std::string_view name);

// True when the text holds something that could hide or reorder what a person reads: control
// characters, bidirectional overrides, invisible characters, line and paragraph separators.
[[nodiscard]] bool has_unsafe_character(std::string_view utf8);

// What a text's markup gets wrong, as an instruction; nothing when it is fine.
[[nodiscard]] std::optional<std::string> markup_fault(std::string_view text);

// The names of the text's {placeholders}; nothing when a brace is not part of one.
[[nodiscard]] std::optional<std::set<std::string>> text_placeholders(std::string_view text);

// For messages: in quotes, shortened, everything but printable ASCII replaced.
[[nodiscard]] std::string in_quotes(std::string_view text);

// One reference token of a JSON pointer, escaped (RFC 6901).
[[nodiscard]] std::string pointer_token(std::string_view name);

}  // namespace patchbay::manifest
