#pragma once
// One way to page for callers, whatever the provider does underneath. A PagePosition says where a
// page begins; `next_position` works out the one after it from the provider's answer. Pure
// functions; positions travel between calls sealed (page_token.h).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "manifest/action.h"

namespace patchbay::actions {

struct PagePosition {
  manifest::PaginationKind kind = manifest::PaginationKind::kNone;
  std::string cursor{};           // link: absolute URL; cursor: the value; empty: the first page
  bool cursor_is_number = false;  // the provider gave the cursor as a JSON number
  std::uint64_t number = 0;       // offset: records before it; page: its number
  std::uint32_t page_size = 0;    // 0: the provider's own
  std::uint32_t pages = 0;        // fetched before this one
  std::string mark{};             // fingerprint of an earlier position, to notice going in circles
};

// No list a person could want is longer; a provider that never ends one is broken.
inline constexpr std::uint32_t kMaxPages = 100'000;

// `page_size` 0: the manifest's default. Sizes above what the provider takes are lowered to it.
PagePosition first_position(const manifest::Pagination& pagination, std::uint32_t page_size);

// The page after `here`, or nothing when it was the last. `answer` is the whole body, `records` how
// many the page had, `url` the address it came from. kProtocol when the provider's word for what
// comes next makes no sense: another type, another host or resource (page_link.h), a place where
// the reading has been before, or no end after kMaxPages.
Result<std::optional<PagePosition>> next_position(const manifest::Pagination& pagination,
                                                  const PagePosition& here,
                                                  const json::Value& answer, std::size_t records,
                                                  std::string_view url);

}  // namespace patchbay::actions
