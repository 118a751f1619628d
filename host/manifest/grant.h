#pragma once
// What a manifest says of how a connection is made, kept and ended: `grant` of an auth method. The
// hub checks it and keeps nothing of it; the library that serves manifests without code goes by it.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "manifest/texts.h"

namespace patchbay::manifest {

struct GrantFact {
  std::string id;
  std::string path;  // RFC 6901
};

// A request that proves the credentials.
struct GrantProbe {
  std::string method;
  std::string url;
  bool has_body = false;
  std::string token;  // one of the method's authorization
  std::vector<GrantFact> facts;
};

// What a refusal of the provider means.
struct GrantRefusal {
  TextId message;
  TextId withdrawn;  // empty: none
  std::string field;
  bool is_about_permission = false;
  bool names_permission = false;
};

struct Grant {
  std::string token_url;  // URLs may hold {placeholders}; empty: none
  bool has_client_secret = true;
  std::string client_id;  // ids of fields
  std::string client_secret;
  std::string authorize_url;
  std::string issuer;
  bool issuer_required = false;
  std::string revoke_url;
  std::optional<GrantProbe> probe;
  std::vector<GrantRefusal> refusals;
};

}  // namespace patchbay::manifest
