#pragma once
// What a connect page or a guide is about: an integration, with what its connector says of it.
#include <vector>

#include "accounts/needed_fields.h"
#include "base/result.h"
#include "connector/registry.h"
#include "manifest/manifest.h"
#include "store/integrations_table.h"

namespace patchbay::web {

struct ConnectTarget {
  connector::ConnectorPtr connector;  // never null, and with its manifest
  store::Integration integration;
  const manifest::AuthMethod* method = nullptr;  // the manifest's
  std::vector<manifest::PermissionRef> needed;   // by the actions that are allowed
  accounts::FieldPtrs needed_fields;             // likewise, of those that may be left empty

  [[nodiscard]] const manifest::Manifest& manifest() const { return *connector->manifest; }
};

// kConfiguration: the connector no longer has the integration's way of connecting.
Result<ConnectTarget> connect_target(connector::ConnectorPtr connector,
                                     store::Integration integration);

}  // namespace patchbay::web
