#pragma once
// The language of a page: its own texts (assets/texts), and dates and durations written that way.
// Which one: the visitor's choice (cookie), else Accept-Language, else English. Immutable, one
// object per language, any thread.
#include <cstdint>
#include <string>
#include <string_view>

#include "manifest/texts.h"
#include "net/http_types.h"
#include "web/safe_html.h"

namespace patchbay::web {

inline constexpr std::string_view kLanguageCookie = "patchbay-language";

class Language {
 public:
  explicit Language(std::string tag) : tag_(std::move(tag)) {}

  [[nodiscard]] const std::string& tag() const { return tag_; }

  // Of the pages' own texts; the id itself when there is no such text.
  [[nodiscard]] std::string text(std::string_view id,
                                 const manifest::TextArguments& arguments = {}) const;
  [[nodiscard]] SafeHtml rich(std::string_view id,
                              const manifest::TextArguments& arguments = {}) const;
  // Picks `id.one` or `id.other` and fills in {count}.
  [[nodiscard]] std::string count(std::string_view id, std::int64_t number) const;

  // "3 Mar 2026, 14:05 UTC"; empty for 0.
  [[nodiscard]] std::string date_time(std::int64_t unix_ms) const;
  // "in 23 hours", "2 minutes ago", "just now".
  [[nodiscard]] std::string relative(std::int64_t unix_ms, std::int64_t now_ms) const;
  // How long something lasts: "30 minutes", "7 days".
  [[nodiscard]] std::string duration(std::int64_t milliseconds) const;

 private:
  std::string tag_;
};

const manifest::Texts& own_texts();
const Language& language(std::string_view tag);  // English for one we don't have
bool is_language(std::string_view tag);
const Language& language_of(const net::Request& request);
// The best of ours for an Accept-Language value (RFC 9110 §12.5.4).
const Language& accepted_language(std::string_view accept_language);

// "2026-03-03T14:05:00Z", for <time datetime>.
std::string iso_time(std::int64_t unix_ms);

}  // namespace patchbay::web
