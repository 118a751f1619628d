#include "connector/trust/demands.h"

#include <algorithm>
#include <iterator>

namespace patchbay::connector {
namespace {

std::string describe(const manifest::HostRule& rule, std::string text) {
  if (rule.port != 443) text += ":" + std::to_string(rule.port);
  for (std::size_t i = 0; i < rule.methods.size(); ++i)
    text += (i == 0 ? " (" : ", ") + rule.methods[i];
  if (!rule.methods.empty()) text += " only)";
  return text;
}

DemandKind kind_of(const manifest::Action& action) {
  if (action.destructive) return DemandKind::kDestructive;
  return action.read_only ? DemandKind::kRead : DemandKind::kWrite;
}

}  // namespace

std::string_view to_string(DemandKind kind) {
  switch (kind) {
    case DemandKind::kHost:
      return "host";
    case DemandKind::kSignIn:
      return "sign_in";
    case DemandKind::kSecret:
      return "secret";
    case DemandKind::kPermission:
      return "permission";
    case DemandKind::kRead:
      return "read";
    case DemandKind::kWrite:
      return "write";
    case DemandKind::kDestructive:
      return "destructive";
  }
  return "unknown";
}

Demands demands_of(const manifest::Manifest& manifest) {
  Demands all;
  for (const auto& rule : manifest.hosts)
    for (auto& host : rule.patterns())
      all.push_back({DemandKind::kHost, describe(rule, std::move(host))});
  for (const auto& method : manifest.auth_methods) {
    for (const auto& host : method.sign_in_hosts) all.push_back({DemandKind::kSignIn, host});
    for (const auto& field : method.fields)
      if (field.secret) all.push_back({DemandKind::kSecret, field.id});
  }
  for (const auto& permission : manifest.permissions) {
    for (const auto access : {manifest::Access::kRead, manifest::Access::kWrite})
      if (permission.side(access).available)
        all.push_back(
            {DemandKind::kPermission, manifest::PermissionRef{permission.id, access}.to_string()});
  }
  for (const auto& action : manifest.actions) all.push_back({kind_of(action), action.id});
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

DemandChange difference(const Demands& before, const Demands& after) {
  DemandChange change;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(change.added));
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                      std::back_inserter(change.removed));
  return change;
}

}  // namespace patchbay::connector
