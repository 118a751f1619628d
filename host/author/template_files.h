#pragma once
// The files of plugin_api/templates, embedded by embed_templates.py so that they are always those
// of this release. They live as long as the program. Any thread.
#include <span>
#include <string_view>

namespace patchbay::author {

struct TemplateFile {
  std::string_view kind;  // the folder: "api-key", or "common" for all kinds
  std::string_view path;  // below it: "sandbox/main.cpp"
  bool executable = false;
  std::string_view content;
};

std::span<const TemplateFile> template_files();

}  // namespace patchbay::author
