// A manifest that comes without a library, from the hub's check of it to the first thing that the
// library for such manifests asks for. The first line is what a person types into every field, the
// rest the manifest. What the hub lets in, the library can serve; and whatever was typed, it asks
// no host that the manifest does not name.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "manifest/form_check.h"
#include "manifest/hosts.h"
#include "manifest/parse_alone.h"
#include "patchbay/testing/flow_driver.h"

namespace patchbay::manifest {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// The library with this manifest, as a worker has it.
class Library : public testing::Driver {
 public:
  explicit Library(std::string_view manifest_json) : Driver(table()) {
    constexpr std::string_view kId = PATCHBAY_EXT_MANIFEST_IN;
    const auto* extension = static_cast<const patchbay_manifest_in*>(
        table()->get_extension(instance(), {kId.data(), kId.size()}));
    require(extension->set_manifest(instance(), {manifest_json.data(), manifest_json.size()}) ==
            PATCHBAY_OK);
  }

 private:
  static const patchbay_connector* table() {
    return patchbay_connector_query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr);
  }
};

void fill(const std::vector<Field>& fields, const std::string& typed, testing::Pairs& values,
          testing::Pairs& secrets) {
  for (const Field& field : fields) (field.secret ? secrets : values).emplace_back(field.id, typed);
}

// The hub's own view of what fills the placeholders of hosts.
HostValues host_values(const testing::InputSpec& input, const Environment& environment) {
  HostValues values(environment.variables.begin(), environment.variables.end());
  for (const testing::Pairs* fields : {&input.setup_fields, &input.fields})
    for (const auto& [id, value] : *fields)
      if (const auto bare = trim(value); !bare.empty()) values[id] = bare;
  return values;
}

void expect_within(const Manifest& manifest, const AuthMethod& method, const testing::Seen& seen,
                   const HostValues& values) {
  require(seen.status == PATCHBAY_OK);
  for (const auto& request : seen.requests)
    require(host_allowed(manifest, request.method, request.url, values));
  if (seen.kind == PATCHBAY_ACTION_REDIRECT)
    require(sign_in_allowed(method, seen.redirect_url, values));
}

void serve(Library& library, const Manifest& manifest, const std::string& typed) {
  for (const AuthMethod& method : manifest.auth_methods) {
    for (const Environment& environment : method.environments) {
      testing::InputSpec input{.auth_method = method.id,
                               .environment = environment.id,
                               .tokens = {{.name = "access", .value = "t0ken"}},
                               .redirect_uri = "https://hub.example/connect/return"};
      fill(method.fields, typed, input.fields, input.secrets);
      fill(method.setup_fields, typed, input.setup_fields, input.setup_secrets);
      const HostValues values = host_values(input, environment);
      expect_within(manifest, method, library.connect(input).start(), values);
      expect_within(manifest, method, library.refresh(input).start(), values);
      expect_within(manifest, method, library.revoke(input).start(), values);
    }
  }
}

}  // namespace
}  // namespace patchbay::manifest

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace patchbay::manifest;
  const std::string_view bytes = patchbay::as_text({data, size});
  const std::size_t line = std::min(bytes.find('\n'), bytes.size());
  const std::string_view typed = bytes.substr(0, line);
  const std::string_view text = bytes.substr(std::min(line + 1, bytes.size()));
  if (!patchbay::is_valid_utf8(typed)) return 0;
  const auto outcome = parse_manifest_alone(text);
  require(outcome.ok() == outcome.problems.empty());
  if (!outcome.ok()) return 0;
  Library library(text);
  serve(library, *outcome.manifest, std::string(typed));
  return 0;
}
