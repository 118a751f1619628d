#include "cli/action_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/encoding.h"
#include "base/json.h"
#include "cli/private_file.h"
#include "manifest/text_rules.h"

namespace patchbay::cli {
namespace {

// What people send to HR systems; the provider looks at the content anyway.
std::string content_type(const std::filesystem::path& path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kTypes = {{
      {".csv", "text/csv"},
      {".doc", "application/msword"},
      {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {".gif", "image/gif"},
      {".jpeg", "image/jpeg"},
      {".jpg", "image/jpeg"},
      {".json", "application/json"},
      {".odt", "application/vnd.oasis.opendocument.text"},
      {".pdf", "application/pdf"},
      {".png", "image/png"},
      {".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
      {".txt", "text/plain"},
      {".xls", "application/vnd.ms-excel"},
      {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
  }};
  const std::string extension = manifest::lower_case(path.extension().string());
  const auto* const found = std::find_if(kTypes.begin(), kTypes.end(),
                                         [&](const auto& type) { return type.first == extension; });
  return std::string(found == kTypes.end() ? "application/octet-stream" : found->second);
}

Error wrong(std::string message) {
  return make_error(ErrorCode::kInvalidArgument, std::move(message));
}

}  // namespace

Result<std::string> with_files(const std::string& input, const std::vector<std::string>& files,
                               std::size_t most) {
  if (files.empty()) return input;
  PATCHBAY_TRY_ASSIGN(const auto given, json::Document::parse(input, {.max_bytes = most}));
  const json::Value root = given.root();
  if (!root.is_object()) return wrong("--input must be a JSON object.");
  json::Writer out;
  out.begin_object();
  for (std::size_t i = 0; i < root.size(); ++i) {
    const auto [name, value] = root.member(i);
    out.key(name).value(value);
  }
  std::vector<std::string> names;
  for (const auto& file : files) {
    const std::size_t equals = file.find('=');
    const std::string name = file.substr(0, equals);
    if (equals == std::string::npos || name.empty())
      return wrong("--file takes NAME=PATH, such as file=contract.pdf.");
    if (root.get(name).exists() || std::find(names.begin(), names.end(), name) != names.end())
      return wrong("\"" + name + "\" is given twice.");
    const std::filesystem::path path = file.substr(equals + 1);
    PATCHBAY_TRY_ASSIGN(const auto bytes, read_small_file(path.string(), most));
    out.key(name).begin_object();
    out.member("filename", path.filename().string()).member("content_type", content_type(path));
    out.member("data", base64_encode(bytes)).end_object();
    names.push_back(name);
  }
  return out.end_object().take();
}

Result<std::size_t> save_file(const std::string& data, const std::string& path) {
  PATCHBAY_TRY_ASSIGN(const auto reply, json::Document::parse(data, {.max_bytes = data.size()}));
  const auto content = reply.root().get("content").as_string();
  const auto bytes = content ? base64_decode(*content) : std::nullopt;
  if (!bytes) return wrong("This action's reply is no file. Leave out --save.");
  PATCHBAY_TRY(write_new_file(path, *bytes));
  return bytes->size();
}

}  // namespace patchbay::cli
