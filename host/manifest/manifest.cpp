#include "manifest/manifest.h"

#include <algorithm>

#include "base/encoding.h"

namespace patchbay::manifest {
namespace {

template <class T>
const T* find_id(const std::vector<T>& items, std::string_view id, std::string T::* member) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const T& item) { return item.*member == id; });
  return found == items.end() ? nullptr : &*found;
}

template <class Wanted>
std::vector<PermissionRef> collect(const Manifest& manifest, Wanted wanted) {
  std::vector<PermissionRef> refs;
  for (const auto& permission : manifest.permissions) {
    for (const Access access : {Access::kRead, Access::kWrite}) {
      PermissionRef ref{permission.id, access};
      const PermissionSide& side = permission.side(access);
      if (side.available && (side.required || wanted(ref))) refs.push_back(std::move(ref));
    }
  }
  return refs;
}

}  // namespace

const Field* AuthMethod::find_field(std::string_view field_id) const {
  return find_id(fields, field_id, &Field::id);
}

const Field* AuthMethod::find_further_field(std::string_view field_id) const {
  return find_id(further_fields, field_id, &Field::id);
}

const Field* AuthMethod::find_setup_field(std::string_view field_id) const {
  return find_id(setup_fields, field_id, &Field::id);
}

const Environment* AuthMethod::find_environment(std::string_view environment_id) const {
  return find_id(environments, environment_id, &Environment::id);
}

const Token* AuthMethod::find_token(std::string_view name) const {
  return find_id(tokens, name, &Token::name);
}

const RequestAuth* AuthMethod::find_authorization(std::string_view token) const {
  return find_id(authorization, token, &RequestAuth::token);
}

std::vector<const Field*> AuthMethod::optional_fields(std::string_view token) const {
  std::vector<const Field*> found;
  const RequestAuth* rule = find_authorization(token);
  if (rule == nullptr) return found;
  const auto add = [&](const ValueSource& source) {
    const Field* field =
        source.kind == ValueSource::Kind::kField ? find_field(source.name) : nullptr;
    if (field != nullptr && !field->required && std::ranges::find(found, field) == found.end())
      found.push_back(field);
  };
  if (rule->kind != RequestAuth::Kind::kBasic) add(rule->value);
  for (const AuthHeader& header : rule->headers) add(header.value);
  return found;
}

std::string Logo::data_uri() const {
  if (media_type.empty()) return {};
  return "data:" + media_type + ";base64," + base64_encode(bytes);
}

const AuthMethod* Manifest::find_auth_method(std::string_view method_id) const {
  return find_id(auth_methods, method_id, &AuthMethod::id);
}

const Permission* Manifest::find_permission(std::string_view permission_id) const {
  return find_id(permissions, permission_id, &Permission::id);
}

const Action* Manifest::find_action(std::string_view action_id) const {
  return find_id(actions, action_id, &Action::id);
}

std::vector<PermissionRef> Manifest::all_permissions() const {
  return collect(*this, [](const PermissionRef&) { return true; });
}

std::vector<PermissionRef> Manifest::required_permissions() const {
  return collect(*this, [](const PermissionRef&) { return false; });
}

std::vector<PermissionRef> Manifest::needed_permissions(
    const std::vector<std::string>& action_ids) const {
  std::vector<PermissionRef> needed;
  for (const auto& action_id : action_ids)
    if (const Action* action = find_action(action_id))
      needed.insert(needed.end(), action->permissions.begin(), action->permissions.end());
  return collect(*this, [&needed](const PermissionRef& ref) {
    return std::find(needed.begin(), needed.end(), ref) != needed.end();
  });
}

}  // namespace patchbay::manifest
