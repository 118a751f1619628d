#include "conformance/file_rules.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>

#include "conformance/library_symbols.h"
#include "connector/elf_image.h"
#include "connector/manifest_alone.h"
#include "manifest/parse_alone.h"
#include "patchbay/connector.h"
#include "patchbay/manifest_blob.h"

namespace patchbay::conformance {
namespace {

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void check_symbols(std::string_view bytes, Findings& findings) {
  const auto symbols = exported_symbols(bytes);
  if (std::ranges::find(symbols, PATCHBAY_CONNECTOR_QUERY_SYMBOL) == symbols.end())
    findings.add("ABI-001", "file",
                 "The library does not export " PATCHBAY_CONNECTOR_QUERY_SYMBOL
                 ". Define it with "
                 "PATCHBAY_EXPORT and C linkage.");
  const auto others = std::ranges::count_if(
      symbols, [](const std::string& name) { return name != PATCHBAY_CONNECTOR_QUERY_SYMBOL; });
  const auto first = std::ranges::find_if(
      symbols, [](const std::string& name) { return name != PATCHBAY_CONNECTOR_QUERY_SYMBOL; });
  if (others > 0)
    findings.add("ABI-001", "file",
                 "The library exports " + std::to_string(others) + " more symbols, " + *first +
                     " among them. Link with plugin_api/cmake/connector_exports.map.");
}

void check_needed(std::string_view bytes, Findings& findings) {
  const auto image = connector::read_elf(bytes);
  if (!image) {
    findings.add("ABI-007", "file", "The file " + image.error().message + ".");
    return;
  }
  for (const auto& library : image->needed)
    if (!connector::worker_offers(library))
      findings.add("ABI-007", "file",
                   "The library needs " + library +
                       ", which is not there in a worker. Link it statically, or do without.");
}

bool told(const manifest::ParseOutcome& parsed, Findings& findings) {
  for (const auto& problem : parsed.problems)
    findings.add("manifest:" + problem.rule, "file",
                 (problem.pointer.empty() ? "" : problem.pointer + ": ") + problem.message);
  return parsed.ok();
}

bool check_manifest(std::string_view bytes, Findings& findings) {
  const auto blob =
      find_manifest(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  if (blob.error != ManifestBlobError::none) {
    findings.add("ABI-006", "file",
                 "The manifest is not embedded as it should be (" +
                     std::string(name_of(blob.error)) +
                     "). plugin_api/tools/embed_manifest.py does it.");
    return false;
  }
  return told(manifest::parse_manifest(blob.text()), findings);
}

void check_library(std::string_view bytes, Findings& findings) {
  check_needed(bytes, findings);
  if (findings.has("ABI-007")) return;
  check_symbols(bytes, findings);
}

}  // namespace

std::optional<connector::ConnectorFile> check_file(const std::string& path, Findings& findings) {
  const std::string bytes = read(path);
  if (bytes.empty()) {
    findings.add("ABI-007", "file", "There is no file " + path + ", or it is empty.");
    return std::nullopt;
  }
  if (connector::is_manifest_alone(path)) {
    if (!told(manifest::parse_manifest_alone(bytes), findings)) return std::nullopt;
  } else {
    check_library(bytes, findings);
    if (findings.has("ABI-007") || !check_manifest(bytes, findings)) return std::nullopt;
  }
  auto file = connector::read_connector_file(path);
  if (!file) {
    findings.add("ABI-007", "file", file.error().message);
    return std::nullopt;
  }
  return std::move(*file);
}

}  // namespace patchbay::conformance
