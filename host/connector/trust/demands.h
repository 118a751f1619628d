#pragma once
// What a connector asks for, read from its manifest, and how two versions differ in that: what an
// operator has to look at before letting it in.
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "manifest/manifest.h"

namespace patchbay::connector {

enum class DemandKind : std::uint8_t {
  kHost,        // "api.acme.example", with port and methods where they are restricted
  kSignIn,      // a host that people are sent to: "login.acme.example"
  kSecret,      // a secret that people will type: "client_secret"
  kPermission,  // "employees:read"
  kRead,        // actions
  kWrite,
  kDestructive,
};
std::string_view to_string(DemandKind kind);

struct Demand {
  DemandKind kind = DemandKind::kHost;
  std::string what;
  auto operator<=>(const Demand&) const = default;
};
using Demands = std::vector<Demand>;  // sorted, each once

struct DemandChange {
  Demands added;
  Demands removed;
  [[nodiscard]] bool none() const { return added.empty() && removed.empty(); }
};

Demands demands_of(const manifest::Manifest& manifest);
DemandChange difference(const Demands& before, const Demands& after);

}  // namespace patchbay::connector
