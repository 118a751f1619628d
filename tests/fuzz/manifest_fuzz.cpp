// Everything in host/manifest that reads what strangers wrote. The first byte chooses: '{' a whole
// manifest, 'i' an input schema and an input (a line each), 's' an SVG, 't' a text, 'u' a URL.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "base/json.h"
#include "manifest/form_check.h"
#include "manifest/hosts.h"
#include "manifest/input_schema.h"
#include "manifest/logo.h"
#include "manifest/parse.h"
#include "manifest/rich_text.h"
#include "manifest/text_rules.h"

namespace patchbay::manifest {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void fuzz_manifest(std::string_view bytes) {
  const auto outcome = parse_manifest(bytes);
  require(outcome.ok() == outcome.problems.empty());
  if (!outcome.ok()) return;
  const Manifest& manifest = *outcome.manifest;
  const auto input = json::Document::parse(R"({"page_size":1,"a":[{"b":null}]})");
  for (const Action& action : manifest.actions) (void)action.input->check(input->root());
  for (const AuthMethod& method : manifest.auth_methods) {
    FormValues values;
    for (const Field& field : method.fields) values[field.id] = "value";
    (void)check_form(method.fields, values);
  }
  for (const auto& [language, table] : manifest.texts.tables())
    for (const auto& [id, text] : table) (void)parse_rich_text(text);
}

void fuzz_input(std::string_view text) {
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return;
  const auto schema_text = json::Document::parse(text.substr(0, line));
  const auto input = json::Document::parse(text.substr(line + 1));
  if (!schema_text || !input) return;
  Problems problems;
  const auto schema = InputSchema::compile(schema_text->root(), "", problems);
  require((schema == nullptr) == !problems.empty());
  if (schema != nullptr) (void)schema->check(input->root());
}

void fuzz_svg(std::string_view svg) {
  if (svg_fault(svg)) return;
  for (const char* word : {"<script", "<style", "<image", "<use", "<a", "<foreignObject", "&", "<!",
                           "<?", "onload=", "href=", "style="})
    require(svg.find(word) == std::string_view::npos || svg.find("<title>") < svg.find(word) ||
            svg.find("<desc>") < svg.find(word));
}

void fuzz_text(std::string_view text) {
  if (!is_valid_utf8(text)) return;
  const auto spans = parse_rich_text(text, {{"a", "**x**"}});
  for (const Span& span : spans)
    require((span.kind == Span::Kind::kLink) == span.href.starts_with("https://"));
  if (!markup_fault(text)) require(plain_text(spans).find('<') == std::string::npos);
  (void)has_unsafe_character(text);
  (void)text_placeholders(text);
}

void fuzz_url(std::string_view text) {
  if (const auto url = parse_https_url(text)) {
    require(url->host.find_first_of("@/:?#%\\ ") == std::string::npos);
    require(parse_https_url("https://" + url->host + url->path_and_query).has_value());
  }
  const auto host = expand_host("{x}.acme.example", {{"x", std::string(text)}});
  require(!host || (host->ends_with(".acme.example") && host->find('.') == host->size() - 13));
}

}  // namespace
}  // namespace patchbay::manifest

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace patchbay::manifest;
  const std::string_view bytes = patchbay::as_text({data, size});
  if (bytes.empty()) return 0;
  const std::string_view rest = bytes.substr(1);
  switch (bytes.front()) {
    case '{':
      fuzz_manifest(bytes);
      break;
    case 'i':
      fuzz_input(rest);
      break;
    case 's':
      fuzz_svg(rest);
      break;
    case 't':
      fuzz_text(rest);
      break;
    case 'u':
      fuzz_url(rest);
      break;
    default:
      break;
  }
  return 0;
}
