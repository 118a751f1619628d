#include "moving/nango_rows.h"

#include "base/iso_time.h"
#include "moving/json_rows.h"

namespace patchbay::moving {
namespace {

constexpr std::int64_t kFirstMilliseconds = 100'000'000'000;  // below it, they are seconds

SecretString secret_at(const json::Value& value) {
  return SecretString(value.as_string().value_or(""));
}

std::int64_t time_at(const json::Value& value) {
  if (const auto number = value.as_integer())
    return *number < kFirstMilliseconds ? *number * 1000 : *number;
  return parse_iso_time(value.as_string().value_or("")).value_or(0);
}

void add(SourceRow& row, const char* name, const json::Value& value, FieldRole role) {
  if (value.is_string()) row.fields.push_back({name, secret_at(value), role});
}

void add_extras(SourceRow& row, const json::Value& object) {
  for (std::size_t i = 0; i < object.size() && row.fields.size() < kMostFields; ++i) {
    const auto [name, value] = object.member(i);
    if (value.is_string())
      row.fields.push_back({std::string(name), secret_at(value), FieldRole::kExtra});
  }
}

class NangoRows final : public JsonRows {
 public:
  NangoRows(std::unique_ptr<std::istream> in, NangoOwner owner)
      : JsonRows(std::move(in), {"connections", "data"}), owner_(owner) {}

 private:
  void read(const json::Value& element, SourceRow& row) override {
    row.id = text_at(element.get("connection_id"));
    row.provider = text_at(element.get("provider_config_key"));
    row.provider_kind = text_at(element.get("provider"));
    read_owner(element, row);
    row.metadata = metadata_of(element.get("metadata"));
    read_credentials(element.get("credentials"), row);
    if (element.get("connection_config").is_object())
      add_extras(row, element.get("connection_config"));
  }

  void read_owner(const json::Value& element, SourceRow& row) const {
    const auto user = element.get("end_user");
    const auto organization = user.get("organization");
    const auto tags = element.get("tags");
    const auto first = [](std::initializer_list<json::Value> values) {
      for (const auto& value : values)
        if (auto text = text_at(value); !text.empty()) return text;
      return std::string();
    };
    row.username = first({user.get("email"), tags.get("end_user_email")});
    if (owner_ == NangoOwner::kOrganization) {
      row.owner_id = first({organization.get("id"), tags.get("organization_id")});
      row.owner_name = first({organization.get("display_name")});
      if (row.owner_id.empty())
        row.problem = "its end user belongs to no organization; leave out --owner organization";
    } else {
      row.owner_id = first({user.get("id"), tags.get("end_user_id"), element.get("connection_id")});
      row.owner_name = first({user.get("display_name"), tags.get("end_user_display_name"),
                              user.get("email"), tags.get("end_user_email")});
    }
    if (row.owner_name.empty()) row.owner_name = row.owner_id;
  }

  static void read_credentials(const json::Value& credentials, SourceRow& row) {
    const auto kind = credentials.get("type").string_or("");
    if (kind == "OAUTH2") {
      if (!text_at(credentials.pointer("/config_override/client_id")).empty()) {
        row.problem =
            "its tokens were granted to a client of its own, not to the one that the integration "
            "is set up with";
        return;
      }
      SourceTokens tokens;
      tokens.refresh_token = secret_at(credentials.get("refresh_token"));
      tokens.access_token = secret_at(credentials.get("access_token"));
      tokens.expires_unix_ms = time_at(credentials.get("expires_at"));
      if (const auto scope = credentials.pointer("/raw/scope").as_string())
        tokens.scopes = std::string(*scope);
      add(row, "instance_url", credentials.pointer("/raw/instance_url"), FieldRole::kExtra);
      if (!tokens.refresh_token.empty() || !tokens.access_token.empty())
        row.tokens = std::move(tokens);
    } else if (kind == "OAUTH2_CC") {
      add(row, "client_id", credentials.get("client_id"), FieldRole::kUser);
      add(row, "client_secret", credentials.get("client_secret"), FieldRole::kPassword);
    } else if (kind == "API_KEY") {
      const auto key = credentials.get("apiKey");
      add(row, "api_key", key.exists() ? key : credentials.get("api_key"), FieldRole::kKey);
    } else if (kind == "BASIC") {
      add(row, "username", credentials.get("username"), FieldRole::kUser);
      add(row, "password", credentials.get("password"), FieldRole::kPassword);
    }
  }

  NangoOwner owner_;
};

}  // namespace

std::unique_ptr<RowSource> open_nango(std::unique_ptr<std::istream> in, NangoOwner owner) {
  return std::make_unique<NangoRows>(std::move(in), owner);
}

}  // namespace patchbay::moving
