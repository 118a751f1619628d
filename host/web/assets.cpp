#include "web/assets.h"

#include <algorithm>

namespace patchbay::web {

const Asset* find_asset(std::string_view url) {
  const auto all = served_assets();
  const auto found = std::ranges::find(all, url, &Asset::url);
  return found == all.end() ? nullptr : &*found;
}

std::string_view asset_url(std::string_view name) {
  const auto all = served_assets();
  const auto found = std::ranges::find(all, name, &Asset::name);
  return found == all.end() ? std::string_view() : found->url;
}

const Template* find_template(std::string_view name) {
  const auto all = templates();
  const auto found = std::ranges::find(all, name, &Template::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace patchbay::web
