#pragma once
// Connectors as cards on a page.
#include <string>
#include <string_view>
#include <vector>

#include "connector/registry.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

using HostList = std::vector<std::string>;

// Address of the logo, naming its content; empty when there is none.
std::string logo_url(const manifest::Manifest& manifest);

// Null while the connector is missing.
inline const manifest::Manifest* manifest_of(const connector::ConnectorPtr& connector) {
  return connector ? connector->manifest.get() : nullptr;
}
// The provider's name, or the connector's id while the connector is missing.
std::string provider_called(const manifest::Manifest* manifest, const std::string& connector_id,
                            const Language& language);

// "HR" for "hris"; the id itself for one without a name.
std::string category_label(const Language& language, const std::string& category);

// The first character, upper case if it is a plain letter; "?" for an empty name.
std::string first_letter(std::string_view name);

// "logo_url" and, where there is none, "monogram": the first letter of the name.
View logo_view(const manifest::Manifest* manifest, std::string_view name);

// Whether requests of this connector go somewhere else than to the provider.
bool is_sandboxed(const manifest::Manifest& manifest, const HostList& overridden_hosts);

// `beside` is the other content of the same file, if there is one: what an unusable file would have
// replaced, or what would replace a running one.
View connector_card(const connector::Connector& connector, const HostList& overridden_hosts,
                    const Language& language, const connector::Connector* beside = nullptr);

}  // namespace patchbay::web
