#include "manifest/parse.h"

#include <algorithm>
#include <stdexcept>

#include "base/json.h"
#include "base/json_schema.h"
#include "manifest/checks.h"
#include "manifest/manifest_schema.h"
#include "manifest/parse_alone.h"

namespace patchbay::manifest {
namespace {

// The schema is ours and was tested; that it does not compile can't happen in a released hub.
const json::Schema& manifest_schema() {
  static const json::Schema schema = [] {
    auto compiled = json::Schema::compile(manifest_schema_text());
    if (!compiled) throw std::logic_error(compiled.error().message);
    return std::move(*compiled);
  }();
  return schema;
}

// The validator reports a fault once at its place and again at every level above. Only the
// innermost of each is of use.
void check_schema(const json::Value& root, Report& report) {
  auto faults = manifest_schema().check(root);
  std::sort(faults.begin(), faults.end(), [](const auto& a, const auto& b) {
    return a.pointer != b.pointer ? a.pointer < b.pointer : a.message < b.message;
  });
  for (std::size_t i = 0; i < faults.size(); ++i) {
    const std::string below = faults[i].pointer + "/";
    const auto inner = std::lower_bound(faults.begin(), faults.end(), below,
                                        [](const json::SchemaProblem& fault,
                                           const std::string& key) { return fault.pointer < key; });
    if (inner != faults.end() && inner->pointer.starts_with(below)) continue;
    report.add("schema", faults[i].pointer,
               faults[i].message + " See manifests/manifest.schema.json for what belongs here.");
  }
}

ParseOutcome parse(std::string_view bytes, bool is_alone) {
  Report report;
  const auto document = json::Document::parse(bytes, {max_manifest_bytes, 64});
  if (!document) {
    report.add("json", "", "The manifest can't be read: " + document.error().message + ".");
    return {nullptr, report.take()};
  }
  const json::Value root = document->root();
  check_document(root, report);
  if (report.empty()) check_schema(root, report);
  if (!report.empty()) return {nullptr, report.take()};

  Draft draft = read_manifest(root, report);
  check_identity(draft.manifest, report);
  check_permissions(draft.manifest, report);
  check_hosts(draft.manifest, report);
  check_inbound_events(draft.manifest, report);
  check_auth_methods(draft.manifest, report);
  check_grants(draft, report);
  if (is_alone) check_needs_no_code(draft, report);
  check_actions(draft.manifest, report);
  check_texts(draft, report);
  if (!report.empty()) return {nullptr, report.take()};
  return {std::make_shared<const Manifest>(std::move(draft.manifest)), {}};
}

}  // namespace

ParseOutcome parse_manifest(std::string_view bytes) {
  return parse(bytes, false);
}

ParseOutcome parse_manifest_alone(std::string_view bytes) {
  return parse(bytes, true);
}

}  // namespace patchbay::manifest
