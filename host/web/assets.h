#pragma once
// What is embedded in the program for the pages: files that browsers fetch, templates, and the
// pages' own texts. All of it comes from host/web/assets through embed_assets.py and lives as long
// as the program. Any thread.
#include <span>
#include <string_view>

namespace patchbay::web {

// A file for browsers. `url` names the content, so it may be cached for ever; embed/ keeps its
// name.
struct Asset {
  std::string_view name;  // "app.css"
  std::string_view url;   // "/assets/app.1f2e3d4c5b6a.css"
  std::string_view media_type;
  std::string_view bytes;
  std::string_view gzipped;  // the same, compressed (RFC 1952)
};

// A mustache template or partial, by its path without the suffix: "connect/form".
struct Template {
  std::string_view name;
  std::string_view source;
};

// One text of the pages. Its id is the path of keys in texts/<language>.json, joined by dots.
struct Text {
  std::string_view language;
  std::string_view id;
  std::string_view text;
};

std::span<const Asset> served_assets();
std::span<const Template> templates();
std::span<const Text> texts();

const Asset* find_asset(std::string_view url);
std::string_view asset_url(std::string_view name);  // "" when there is none
const Template* find_template(std::string_view name);

}  // namespace patchbay::web
