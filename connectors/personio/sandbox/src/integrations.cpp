#include "integrations.h"

#include <algorithm>

#include "attributes.h"
#include "patchbay/sandbox/clock.h"
#include "patchbay/sandbox/error.h"
#include "patchbay/sandbox/text.h"
#include "permissions.h"
#include "tokens.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;

constexpr const char* kFile = "integrations.json";
constexpr const char* kDefaultsFile = "default-integrations.json";

Integration make(const IntegrationRequest& request, std::int64_t now_ms) {
  return {.client_id = "papi-" + sandbox::random_uuid(),
          .client_secret = new_secret(),
          .request = request,
          .created_ms = now_ms,
          .is_default = false};
}

std::vector<Integration> make_defaults(std::int64_t now_ms) {
  IntegrationRequest readers{.label = "Employees read only"};
  readers.permissions["employees"] = {.read = true, .write = false};
  IntegrationRequest without_employees =
      with_all_permissions("Everything but Employees (connecting must fail)");
  without_employees.permissions.erase("employees");
  std::vector<Integration> defaults{make(with_all_permissions("All permissions"), now_ms),
                                    make(readers, now_ms), make(without_employees, now_ms)};
  for (Integration& integration : defaults) integration.is_default = true;
  return defaults;
}

json::array to_json(const std::vector<Integration>& integrations) {
  json::array array;
  for (const Integration& integration : integrations) {
    array.push_back(integration_to_json(integration, true));
  }
  return array;
}

std::vector<Integration> from_json(const std::string& text, const sandbox::StateFolder& folder) {
  const auto fail = [&] {
    return sandbox::SandboxError("an integrations file in " + folder.path().string() +
                                 " is damaged; delete it to start afresh");
  };
  const auto parsed = sandbox::parse_json(text);
  if (!parsed || !parsed->is_array()) throw fail();
  std::vector<Integration> integrations;
  for (const json::value& item : parsed->as_array()) {
    if (!item.is_object()) throw fail();
    const json::object& object = item.as_object();
    json::object chosen;
    for (const char* name : {"label", "permissions", "readable_attributes"}) {
      if (const json::value* value = object.if_contains(name)) chosen[name] = *value;
    }
    std::string error;
    const auto request = integration_request(chosen, error);
    const auto id = sandbox::string_member(object, "client_id");
    const auto secret = sandbox::string_member(object, "client_secret");
    const auto created = sandbox::string_member(object, "created_at");
    const auto created_ms = created ? sandbox::parse_iso_utc(*created) : std::nullopt;
    if (!request || !id || !secret || !created_ms) throw fail();
    integrations.push_back({.client_id = *id,
                            .client_secret = *secret,
                            .request = *request,
                            .created_ms = *created_ms,
                            .is_default = sandbox::bool_member(object, "default").value_or(false)});
  }
  return integrations;
}

}  // namespace

Integrations::Integrations(const sandbox::StateFolder& folder, std::int64_t now_ms)
    : folder_(folder) {
  if (const auto text = folder_.read(kDefaultsFile)) {
    defaults_ = from_json(*text, folder_);
  } else {
    defaults_ = make_defaults(now_ms);
    folder_.write(kDefaultsFile, json::serialize(to_json(defaults_)));
  }
  const auto text = folder_.read(kFile);
  all_ = text ? from_json(*text, folder_) : defaults_;
}

const Integration* Integrations::find(const std::string& client_id) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const Integration& candidate) {
    return candidate.client_id == client_id;
  });
  return found == all_.end() ? nullptr : &*found;
}

Integration Integrations::create(const IntegrationRequest& request, std::int64_t now_ms) {
  all_.push_back(make(request, now_ms));
  save();
  return all_.back();
}

bool Integrations::remove(const std::string& client_id) {
  const bool removed = std::erase_if(all_, [&](const Integration& candidate) {
                         return candidate.client_id == client_id;
                       }) > 0;
  if (removed) save();
  return removed;
}

void Integrations::reset() {
  all_ = defaults_;
  save();
}

void Integrations::save() const {
  folder_.write(kFile, json::serialize(to_json(all_)));
}

std::optional<IntegrationRequest> integration_request(const json::object& object,
                                                      std::string& error) {
  IntegrationRequest request;
  for (const auto& member : object) {
    const std::string_view key = member.key();
    if (key != "label" && key != "permissions" && key != "readable_attributes") {
      error = "unknown member " + std::string(key);
      return std::nullopt;
    }
  }
  request.label = sandbox::string_member(object, "label").value_or(request.label);
  if (const json::value* permissions = object.if_contains("permissions")) {
    if (!permissions->is_object()) {
      error = R"(permissions must look like {"employees":["read","write"]})";
      return std::nullopt;
    }
    for (const auto& member : permissions->as_object()) {
      Access access;
      const json::array* rights = member.value().if_array();
      for (const json::value& right : rights != nullptr ? *rights : json::array{nullptr}) {
        const json::string* text = right.if_string();
        if (text == nullptr || (*text != "read" && *text != "write")) {
          error = std::string(member.key()) + R"( must be a list of "read" and "write")";
          return std::nullopt;
        }
        (*text == "read" ? access.read : access.write) = true;
      }
      request.permissions[std::string(member.key())] = access;
    }
  }
  const json::value* readable = object.if_contains("readable_attributes");
  if (readable != nullptr && !(readable->is_string() && readable->as_string() == "all")) {
    request.readable_attributes.emplace();
    const json::array* names = readable->if_array();
    for (const json::value& name : names != nullptr ? *names : json::array{nullptr}) {
      const json::string* text = name.if_string();
      if (text == nullptr || !is_attribute(*text)) {
        error =
            "readable_attributes must be \"all\" or a list of attribute keys, such as "
            "first_name or dynamic_24407";
        return std::nullopt;
      }
      request.readable_attributes->insert(std::string(*text));
    }
  }
  if (const auto wrong = check_permissions(request)) {
    error = *wrong;
    return std::nullopt;
  }
  return request;
}

json::object integration_to_json(const Integration& integration, bool with_secret) {
  json::object permissions;
  for (const auto& [module, access] : integration.request.permissions) {
    json::array rights;
    if (access.read) rights.emplace_back("read");
    if (access.write) rights.emplace_back("write");
    permissions[module] = std::move(rights);
  }
  json::value readable = "all";
  if (integration.request.readable_attributes) {
    json::array names;
    for (const std::string& name : *integration.request.readable_attributes) {
      names.emplace_back(name);
    }
    readable = std::move(names);
  }
  json::object object{{"label", integration.request.label},
                      {"client_id", integration.client_id},
                      {"permissions", std::move(permissions)},
                      {"readable_attributes", std::move(readable)},
                      {"created_at", sandbox::iso_utc(integration.created_ms)},
                      {"default", integration.is_default}};
  if (with_secret) object["client_secret"] = integration.client_secret;
  return object;
}

}  // namespace patchbay::personio_sandbox
