// The embedded templates and texts: all of them render, all they ask for is there, and nothing goes
// into a page unescaped but what SafeHtml made.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "manifest/text_rules.h"
#include "web/assets.h"
#include "web/language.h"
#include "web/render.h"

namespace patchbay::web {
namespace {

// The tags of a template: ("#", "name"), ("", "name"), ("{", "name") for unescaped ones.
std::vector<std::pair<std::string, std::string>> tags_of(const Template& source) {
  static const std::regex tag(R"(\{\{([#^/>&{!=]?)\s*([^}\s]+)\s*\}?\}\})");
  const std::string text(source.source);
  std::vector<std::pair<std::string, std::string>> tags;
  for (std::sregex_iterator at(text.begin(), text.end(), tag), end; at != end; ++at) {
    tags.emplace_back((*at)[1], (*at)[2]);
  }
  return tags;
}

TEST(WebTemplates, AllRenderInEveryLanguage) {
  ASSERT_GT(templates().size(), 15U);
  for (const Template& source : templates()) {
    for (const char* tag : {"en", "de"}) {
      EXPECT_NO_THROW(render(source.name, View(), language(tag))) << source.name;
    }
  }
}

TEST(WebTemplates, OpenAndCloseTheSameSections) {
  for (const Template& source : templates()) {
    std::vector<std::string> open;
    for (const auto& [kind, name] : tags_of(source)) {
      if (kind == "#" || kind == "^") open.push_back(name);
      if (kind != "/") continue;
      ASSERT_FALSE(open.empty()) << source.name << " closes " << name;
      EXPECT_EQ(open.back(), name) << source.name;
      open.pop_back();
    }
    EXPECT_TRUE(open.empty()) << source.name;
  }
}

TEST(WebTemplates, LeaveNothingUnescapedButMarkupOfOurOwn) {
  for (const Template& source : templates()) {
    for (const auto& [kind, name] : tags_of(source)) {
      if (kind == "{") {
        EXPECT_TRUE(name.ends_with("_html")) << source.name << ": " << name;
      } else {
        EXPECT_NE(kind, "&") << source.name << ": " << name;
        EXPECT_NE(kind, "=") << source.name << ": " << name;
        if (kind.empty()) {
          EXPECT_FALSE(name.ends_with("_html")) << source.name << ": " << name;
        }
      }
    }
  }
}

TEST(WebTemplates, PutVariablesIntoQuotedAttributesOnly) {
  static const std::regex bare(R"([a-z-]+=\{\{)");
  static const std::regex handler(R"(\son[a-z]+=|<style|style=|javascript:|<script>)");
  for (const Template& source : templates()) {
    const std::string text(source.source);
    EXPECT_FALSE(std::regex_search(text, bare)) << source.name;
    EXPECT_FALSE(std::regex_search(text, handler)) << source.name << " would need unsafe-inline";
  }
}

TEST(WebTemplates, AskOnlyForTextsAssetsAndPartialsThatExist) {
  for (const Template& source : templates()) {
    for (const auto& [kind, name] : tags_of(source)) {
      if (kind == ">") {
        EXPECT_NE(find_template(name), nullptr) << source.name << ": " << name;
      } else if (name.starts_with("t.")) {
        EXPECT_TRUE(own_texts().has(name.substr(2))) << source.name << ": " << name;
      } else if (name.starts_with("asset.")) {
        EXPECT_FALSE(asset_url(name.substr(6)).empty()) << source.name << ": " << name;
      }
    }
  }
}

TEST(WebTemplates, PostWithACsrfTokenInEveryForm) {
  static const std::regex form(R"re(<form[^>]*method="post"[\s\S]*?</form>)re");
  for (const Template& source : templates()) {
    const std::string text(source.source);
    for (std::sregex_iterator at(text.begin(), text.end(), form), end; at != end; ++at) {
      EXPECT_NE(at->str().find("name=\"csrf\""), std::string::npos) << source.name;
    }
  }
}

TEST(WebTexts, ExistInEnglishAndGermanWithTheSamePlaceholders) {
  std::map<std::string_view, std::set<std::string>> english;
  std::map<std::string_view, std::set<std::string>> german;
  for (const Text& text : texts()) {
    EXPECT_FALSE(text.text.empty()) << text.id;
    EXPECT_FALSE(manifest::markup_fault(text.text).has_value()) << text.id;
    const auto names = manifest::text_placeholders(text.text);
    ASSERT_TRUE(names.has_value()) << text.id;
    (text.language == "en" ? english : german)[text.id] = *names;
  }
  ASSERT_GT(english.size(), 200U);
  for (const auto& [id, names] : english) {
    ASSERT_TRUE(german.contains(id)) << id;
    if (id != "time.date_time") EXPECT_EQ(german[id], names) << id;
  }
  EXPECT_EQ(english.size(), german.size());
}

// All but what other people's pages load.
TEST(WebAssets, CarryTheirContentInTheirAddress) {
  for (const Asset& asset : served_assets()) {
    EXPECT_TRUE(std::regex_match(
        std::string(asset.url),
        std::regex(R"(/assets/[a-z_]+\.[0-9a-f]{12}\.(css|js|svg)|/embed/[a-z-]+\.js)")))
        << asset.url;
    EXPECT_EQ(find_asset(asset.url), &asset);
    EXPECT_FALSE(asset.bytes.empty());
  }
}

TEST(WebAssets, ImportEachOtherByAddress) {
  static const std::regex import_line(R"re(from '([^']+)')re");
  for (const Asset& asset : served_assets()) {
    if (!asset.name.ends_with(".js")) continue;
    const std::string text(asset.bytes);
    for (std::sregex_iterator at(text.begin(), text.end(), import_line), end; at != end; ++at) {
      EXPECT_NE(find_asset((*at)[1].str()), nullptr) << asset.name << ": " << (*at)[1];
    }
  }
}

}  // namespace
}  // namespace patchbay::web
