#include "conformance/loading.h"

#include <dlfcn.h>

#include <string>
#include <string_view>

#include "connector/worker/entry_point.h"

namespace patchbay::conformance {
namespace {

constexpr std::uint32_t kUntouched = 4711;

void try_other_hosts(patchbay_connector_query_fn query, Findings& findings) {
  std::uint32_t major = kUntouched;
  if (query(PATCHBAY_ABI_MAJOR + 1000, 0, &major) != nullptr)
    findings.add("ABI-002", "query",
                 "A host of another major is served. Return null for a major that is not yours.");
  if (major == kUntouched)
    findings.add("ABI-002", "query", "The connector does not tell its own major when it refuses.");
  if (query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR + 1000, nullptr) == nullptr)
    findings.add("ABI-003", "query",
                 "A newer host of the same major is refused. The minor is information only.");
}

}  // namespace

const patchbay_connector* load_table(const connector::Code& code, Findings& findings) {
  void* library = ::dlopen(code.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    findings.add("ABI-007", "load",
                 std::string("The loader refuses the library: ") +
                     (why != nullptr ? why : "it does not say why"));
    return nullptr;
  }
  const auto query = reinterpret_cast<patchbay_connector_query_fn>(
      ::dlsym(library, PATCHBAY_CONNECTOR_QUERY_SYMBOL));
  if (query == nullptr) return nullptr;  // told by the file's rules
  const auto asked = connector::ask_for_table(query);
  if (asked.fault != connector::TableFault::kNone) {
    findings.add(asked.fault == connector::TableFault::kOtherMajor ? "ABI-003" : "ABI-004", "query",
                 explain(asked));
    return nullptr;
  }
  try_other_hosts(query, findings);
  if (std::string_view(asked.table->manifest.ptr, asked.table->manifest.len) != code.hands_out)
    findings.add("ABI-005", "query",
                 "The table's manifest differs from the one embedded in the file. Hand out "
                 "embedded_manifest().");
  return asked.table;
}

}  // namespace patchbay::conformance
