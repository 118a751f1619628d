#include "web/playground_result.h"

#include <algorithm>
#include <vector>

#include "base/json_texts.h"
#include "web/json_text.h"
#include "web/permission_view.h"

namespace patchbay::web {
namespace {

constexpr std::size_t kMostCellBytes = 120;
constexpr std::size_t kOneLineBytes = 32;  // a cell of more may wrap

std::int64_t as_number(std::size_t count) {
  return static_cast<std::int64_t>(count);
}

View json_view(const json::Value& value, const Language& language) {
  const auto made = indented_json(value, kMostResultBytes);
  return View()
      .text("json", made.text)
      .text("shortened", made.shortened ? language.text("playground.shortened") : "");
}

bool is_list_of_records(const json::Value& value) {
  if (!value.is_array() || value.size() == 0) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!value.at(i).is_object()) return false;
  }
  return true;
}

// The members that the records begin with: those which hold one value before nested ones.
std::vector<std::string> columns_of(const json::Value& records) {
  std::vector<std::string> plain;
  std::vector<std::string> nested;
  const auto knows = [](const auto& names, auto name) {
    return std::ranges::find(names, name) != names.end();
  };
  for (std::size_t i = 0; i < std::min(records.size(), kMostResultRows); ++i) {
    const json::Value record = records.at(i);
    for (std::size_t m = 0; m < record.size(); ++m) {
      const auto [name, value] = record.member(m);
      if (knows(plain, name) || knows(nested, name)) continue;
      if (plain.size() + nested.size() == kMostResultColumns * 4) break;
      (value.is_object() || value.is_array() ? nested : plain).emplace_back(name);
    }
  }
  plain.insert(plain.end(), nested.begin(), nested.end());
  plain.resize(std::min(plain.size(), kMostResultColumns));
  return plain;
}

View row_view(const json::Value& record, const std::vector<std::string>& columns) {
  std::vector<View> cells;
  cells.reserve(columns.size());
  for (const auto& column : columns) {
    const json::Value value = record.get(column);
    const bool is_there = value.exists() && !value.is_null();
    const std::string text = is_there ? short_json(value, kMostCellBytes) : std::string();
    cells.push_back(View()
                        .text("value", text)
                        .flag("is_long", text.size() > kOneLineBytes)
                        .flag("nested", value.is_object() || value.is_array()));
  }
  return View().list("cells", std::move(cells));
}

void put_table(View& view, const json::Value& records, const Language& language) {
  const auto columns = columns_of(records);
  const std::size_t shown = std::min(records.size(), kMostResultRows);
  std::vector<View> heads;
  for (const auto& column : columns) heads.push_back(View().text("name", column));
  std::vector<View> rows;
  for (std::size_t i = 0; i < shown; ++i) rows.push_back(row_view(records.at(i), columns));
  view.list("columns", std::move(heads))
      .list("rows", std::move(rows))
      .text("more_rows", shown < records.size() ? language.count("playground.more_rows",
                                                                 as_number(records.size() - shown))
                                                : "");
}

std::vector<View> permission_views(const manifest::Manifest& manifest,
                                   const std::vector<std::string>& ids, const Language& language) {
  std::vector<manifest::PermissionRef> boxes;
  for (const auto& id : ids) {
    if (const auto box = manifest::PermissionRef::parse(id)) boxes.push_back(*box);
  }
  return permission_boxes(manifest, language, boxes);
}

// The provider's own words, folded below ours.
std::string provider_text(const api::ApiError& error) {
  const auto answers = json::Document::parse(error.provider_errors);
  if (!answers || answers->root().size() == 0) return {};
  return indented_json(answers->root().at(0), kMostResultBytes).text;
}

}  // namespace

View result_view(std::string_view data, const Language& language) {
  View view;
  const auto document = json::Document::parse(data, {.max_bytes = data.size()});
  const json::Value root = document ? document->root() : json::Value();
  const bool is_table = is_list_of_records(root);
  view.view("raw", json_view(root, language))
      .flag("is_table", is_table)
      .flag("is_empty", root.is_null() || !root.exists() || (root.is_array() && root.size() == 0))
      .text("count",
            root.is_array() ? language.count("playground.records", as_number(root.size())) : "");
  if (is_table) put_table(view, root, language);
  return view;
}

View planned_view(const manifest::Manifest& manifest, std::string_view planned,
                  const Language& language) {
  View view;
  const auto document = json::Document::parse(planned, {.max_bytes = planned.size()});
  if (!document) return view;
  const json::Value root = document->root();
  std::vector<View> headers;
  for (std::size_t i = 0; i < root.get("headers").size(); ++i) {
    const auto [name, value] = root.get("headers").member(i);
    headers.push_back(View().text("name", name).text("value", value.string_or("")));
  }
  const auto needed = json::texts_of(root.get("permissions"));
  const bool has_body = root.get("body").exists() && !root.get("body").is_null();
  view.text("method", root.get("method").string_or(""))
      .text("url", root.get("url").string_or(""))
      .flag("has_headers", !headers.empty())
      .list("headers", std::move(headers))
      .flag("has_body", has_body)
      .flag("has_needed", !needed.empty())
      .list("needed", permission_views(manifest, needed, language));
  if (has_body) view.view("body", json_view(root.get("body"), language));
  return view;
}

View failure_view(const manifest::Manifest& manifest, const api::ApiError& error,
                  const Language& language) {
  auto missing = permission_views(manifest, error.missing, language);
  return View()
      .text("message", error.message)
      .flag("has_lacking", !missing.empty())
      .text("lacking_text", language.text(error.missing_is_certain ? "playground.missing"
                                                                   : "playground.likely_missing"))
      .list("lacking", std::move(missing))
      .text("trace_id", error.trace_id)
      .text("answer", provider_text(error));
}

}  // namespace patchbay::web
