#pragma once
// The steps themselves, one file each. A step that was released never changes; mistakes are mended
// by the next one. @int, @bytes, @serial and @table stand for the dialect's own words; TEXT sorts
// by its bytes in each.
#include <span>
#include <string_view>

namespace patchbay::store {

extern const std::span<const std::string_view> migration_1;
extern const std::span<const std::string_view> migration_2;
extern const std::span<const std::string_view> migration_3;
extern const std::span<const std::string_view> migration_4;
extern const std::span<const std::string_view> migration_5;
extern const std::span<const std::string_view> migration_6;
extern const std::span<const std::string_view> migration_7;
extern const std::span<const std::string_view> migration_8;
extern const std::span<const std::string_view> migration_9;
extern const std::span<const std::string_view> migration_10;
extern const std::span<const std::string_view> migration_11;

}  // namespace patchbay::store
