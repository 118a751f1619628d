#include "connector/worker/entry_point.h"

#include <string_view>

#include "patchbay/manifest_blob.h"

namespace patchbay::connector {
namespace {

// Invoke alone may be null.
bool is_complete(const patchbay_connector& table) {
  return PATCHBAY_HAS(patchbay_connector, &table, get_extension) && table.create != nullptr &&
         table.destroy != nullptr && table.connect != nullptr && table.refresh != nullptr &&
         table.revoke != nullptr && table.step != nullptr && table.release != nullptr &&
         table.get_extension != nullptr && table.manifest.ptr != nullptr &&
         table.manifest.len > 0 && table.manifest.len <= kManifestMaxSize;
}

// Says whose turn it is: the operator's of an old Patchbay, or the author's of an old connector.
std::string explain_other_major(std::uint32_t major) {
  return "The connector is made for interface major " + std::to_string(major) +
         ", this Patchbay speaks " + std::to_string(PATCHBAY_ABI_MAJOR) +
         (major > PATCHBAY_ABI_MAJOR
              ? ". It needs a newer Patchbay, or a build of it with this Patchbay's header."
              : ". It needs a newer release of the connector, built with this Patchbay's header.");
}

}  // namespace

AskedTable ask_for_table(patchbay_connector_query_fn query) {
  AskedTable asked;
  const auto* table = query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, &asked.major);
  if (table == nullptr || asked.major != PATCHBAY_ABI_MAJOR) {
    asked.fault = TableFault::kOtherMajor;
  } else if (!is_complete(*table)) {
    asked.fault = TableFault::kIncomplete;
  } else {
    asked.table = table;
  }
  return asked;
}

const patchbay_manifest_in* find_manifest_in(const patchbay_connector& table,
                                             patchbay_instance* instance) {
  constexpr std::string_view kId = PATCHBAY_EXT_MANIFEST_IN;
  const auto* found = static_cast<const patchbay_manifest_in*>(
      table.get_extension(instance, {kId.data(), kId.size()}));
  const bool usable = found != nullptr && PATCHBAY_HAS(patchbay_manifest_in, found, set_manifest) &&
                      found->set_manifest != nullptr;
  return usable ? found : nullptr;
}

std::string explain(const AskedTable& asked) {
  switch (asked.fault) {
    case TableFault::kNone:
      break;
    case TableFault::kOtherMajor:
      return explain_other_major(asked.major);
    case TableFault::kIncomplete:
      return "The table is not complete: only invoke may be null, struct_size covers all fields "
             "of revision 1.0, and the manifest is there.";
  }
  return {};
}

}  // namespace patchbay::connector
