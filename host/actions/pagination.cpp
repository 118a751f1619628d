#include "actions/pagination.h"

#include <algorithm>
#include <bit>

#include "actions/page_link.h"
#include "base/hash.h"

namespace patchbay::actions {
namespace {

using manifest::PaginationKind;

constexpr std::size_t kMaxCursor = 4096;

Error senseless(std::string what) {
  return make_error(ErrorCode::kProtocol, "The list can't be read on: " + std::move(what));
}

std::string fingerprint(const PagePosition& position) {
  return sha256_hex(position.cursor + '\n' + std::to_string(position.number)).substr(0, 16);
}

// Nothing at the end: providers leave the value out, or send null, false, 0 or "".
Result<std::optional<PagePosition>> by_value(const manifest::Pagination& pagination,
                                             const PagePosition& here, const json::Value& answer,
                                             std::string_view url) {
  const json::Value value = answer.pointer(pagination.next_path);
  if (!value.exists() || value.is_null() || value.as_bool() == false) return std::nullopt;
  PagePosition next = here;
  next.cursor_is_number = value.is_integer();
  if (const auto text = value.as_string()) {
    next.cursor = *text;
  } else if (value.is_integer() && pagination.kind == PaginationKind::kCursor) {
    next.cursor = value.dump();
    if (next.cursor == "0") return std::nullopt;
  } else {
    return senseless("the provider's reference to the next page has an unexpected type.");
  }
  if (next.cursor.empty()) return std::nullopt;
  if (next.cursor.size() > kMaxCursor)
    return senseless("the provider's reference to the next page is too long.");
  if (pagination.kind == PaginationKind::kCursorLink) {
    PATCHBAY_TRY_ASSIGN(next.cursor, resolve_page_link(next.cursor, url, pagination.link_path));
  }
  return next;
}

// Offset and page number: by the provider's total where it tells one, else until a short page.
std::optional<PagePosition> by_count(const manifest::Pagination& pagination,
                                     const PagePosition& here, const json::Value& answer,
                                     std::size_t records) {
  const bool counts_records = pagination.kind == PaginationKind::kOffset;
  const std::string& total_path =
      counts_records ? pagination.total_records_path : pagination.total_pages_path;
  if (records == 0) return std::nullopt;
  PagePosition next = here;
  next.number += counts_records ? records : 1;
  const auto total = total_path.empty() ? std::nullopt : answer.pointer(total_path).as_integer();
  if (total) {
    const std::uint64_t seen = next.number - pagination.first;
    if (*total < 0 || seen >= static_cast<std::uint64_t>(*total)) return std::nullopt;
  } else if (here.page_size != 0 && records < here.page_size) {
    return std::nullopt;
  }
  return next;
}

}  // namespace

PagePosition first_position(const manifest::Pagination& pagination, std::uint32_t page_size) {
  PagePosition position;
  position.kind = pagination.kind;
  position.number = pagination.first;
  if (pagination.limit_param.empty() || pagination.kind == PaginationKind::kNone) {
    position.page_size = pagination.limit_default;
  } else {
    position.page_size = page_size != 0 ? page_size : pagination.limit_default;
    if (pagination.limit_max != 0)
      position.page_size = std::min(position.page_size, pagination.limit_max);
  }
  return position;
}

Result<std::optional<PagePosition>> next_position(const manifest::Pagination& pagination,
                                                  const PagePosition& here,
                                                  const json::Value& answer, std::size_t records,
                                                  std::string_view url) {
  std::optional<PagePosition> next;
  switch (pagination.kind) {
    case PaginationKind::kNone:
      return std::nullopt;
    case PaginationKind::kCursorLink:
    case PaginationKind::kCursor: {
      PATCHBAY_TRY_ASSIGN(next, by_value(pagination, here, answer, url));
      break;
    }
    case PaginationKind::kOffset:
    case PaginationKind::kPage:
      next = by_count(pagination, here, answer, records);
      break;
  }
  if (!next) return std::nullopt;
  // Brent's way of finding a cycle: the mark moves to positions 1, 2, 4, 8, ..., so any circle is
  // noticed after at most a few rounds, with one remembered position.
  const std::string place = fingerprint(*next);
  if (place == fingerprint(here) || place == here.mark)
    return senseless(
        "the provider sends the reader in circles (a next page that was read before).");
  next->pages = here.pages + 1;
  if (next->pages >= kMaxPages)
    return senseless("it does not end after " + std::to_string(kMaxPages) + " pages.");
  next->mark = std::has_single_bit(next->pages) ? place : here.mark;
  return next;
}

}  // namespace patchbay::actions
