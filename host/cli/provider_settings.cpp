#include "cli/provider_settings.h"

#include <fstream>
#include <iterator>

#include "base/json.h"

namespace patchbay::cli {
namespace {

constexpr std::int64_t kMostRequests = 10'000'000;
constexpr std::int64_t kYearS = 31'536'000;

Error bad(const std::string& pointer, const std::string& what) {
  return make_error(ErrorCode::kConfiguration, "provider settings, " + pointer + ": " + what,
                    pointer);
}

// f(name, value, pointer) for each member.
template <class F>
Result<> for_each_member(const json::Value& object, const std::string& pointer, F f) {
  if (!object.is_object()) return bad(pointer, "must be an object");
  for (std::size_t i = 0; i < object.size(); ++i) {
    const auto [name, value] = object.member(i);
    PATCHBAY_TRY(f(std::string(name), value, pointer + "/" + std::string(name)));
  }
  return {};
}

Result<std::uint32_t> number(const json::Value& value, const std::string& pointer,
                             std::int64_t least, std::int64_t most) {
  const auto given = value.as_integer();
  if (!given || *given < least || *given > most)
    return bad(pointer, "must be a whole number from " + std::to_string(least) + " to " +
                            std::to_string(most));
  return static_cast<std::uint32_t>(*given);
}

Result<manifest::RateLimit::Counts> counts(const json::Value& value, const std::string& pointer) {
  using Counts = manifest::RateLimit::Counts;
  const auto word = value.string_or("");
  if (word == "credential") return Counts::kCredential;
  if (word == "account") return Counts::kAccount;
  if (word == "address") return Counts::kAddress;
  return bad(pointer, "must be credential, account or address");
}

Result<> set_member(pacing::LimitChange& change, const std::string& name, const json::Value& value,
                    const std::string& pointer) {
  const auto keep = [](auto& place, auto read) -> Result<> {
    PATCHBAY_TRY_ASSIGN(place, read);
    return {};
  };
  if (name == "counts") return keep(change.counts, counts(value, pointer));
  if (name == "requests") return keep(change.requests, number(value, pointer, 1, kMostRequests));
  if (name == "per_s") return keep(change.per_s, number(value, pointer, 1, kYearS));
  if (name == "burst") return keep(change.burst, number(value, pointer, 1, kMostRequests));
  if (name == "cool_down_s") return keep(change.cool_down_s, number(value, pointer, 0, kYearS));
  return bad(pointer, "is unknown; there are counts, requests, per_s, burst and cool_down_s");
}

Result<> read_limits(const std::string& connector, const json::Value& limits,
                     const std::string& pointer, ProviderSettings& settings) {
  return for_each_member(limits, pointer, [&](const auto& id, const auto& limit, const auto& at) {
    auto& change = settings.limits[{connector, id}];
    return for_each_member(limit, at, [&](const auto& name, const auto& value, const auto& place) {
      return set_member(change, name, value, place);
    });
  });
}

Result<> read_scopes(const std::string& connector, const json::Value& scopes,
                     const std::string& pointer, ProviderSettings& settings) {
  return for_each_member(
      scopes, pointer,
      [&](const auto& permission, const auto& list, const auto& place) -> Result<> {
        if (!manifest::PermissionRef::parse(permission))
          return bad(place, "is no permission; they are written like people:read");
        if (!list.is_array() || list.size() == 0) return bad(place, "must be a list of scopes");
        auto& names = settings.scopes.by_permission[{connector, permission}];
        for (std::size_t i = 0; i < list.size(); ++i) {
          names.push_back(list.at(i).string_or(""));
          if (names.back().empty()) return bad(place, "must be a list of scopes");
        }
        return {};
      });
}

Result<> read_connector(const std::string& connector, const json::Value& members,
                        const std::string& pointer, ProviderSettings& settings) {
  return for_each_member(members, pointer,
                         [&](const auto& name, const auto& value, const auto& place) -> Result<> {
                           if (name == "rate_limits")
                             return read_limits(connector, value, place, settings);
                           if (name == "scopes")
                             return read_scopes(connector, value, place, settings);
                           return bad(place, "is unknown; there are rate_limits and scopes");
                         });
}

}  // namespace

Result<ProviderSettings> parse_provider_settings(std::string_view json) {
  auto document = json::Document::parse(json);
  if (!document) return bad("/", document.error().message);
  ProviderSettings settings;
  PATCHBAY_TRY(for_each_member(document->root(), "",
                               [&](const auto& connector, const auto& value, const auto& place) {
                                 return read_connector(connector, value, place, settings);
                               }));
  return settings;
}

Result<ProviderSettings> read_provider_settings(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return make_error(ErrorCode::kConfiguration,
                      "can't read the provider settings " + path +
                          "; name a file of JSON that the hub's user may read");
  return parse_provider_settings(std::string(std::istreambuf_iterator<char>(file.rdbuf()), {}));
}

}  // namespace patchbay::cli
