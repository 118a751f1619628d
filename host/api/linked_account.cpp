#include "api/linked_account.h"

#include "base/iso_time.h"
#include "base/optional_members.h"

namespace patchbay::api {

void write_linked_account(json::Writer& out, const store::Account& account,
                          const connector::Connector* connector) {
  out.begin_object().member("id", account.id).member("provider", account.connector_id);
  const bool known = connector != nullptr && connector->manifest != nullptr;
  write_text_or_null(
      out, "provider_name",
      known ? connector->manifest->texts.plain("en", connector->manifest->name) : "");
  out.member("status", to_string(account.status)).key("status_reasons").begin_array();
  if (!account.reason_code.empty())
    out.begin_object()
        .member("code", account.reason_code)
        .member("description", account.reason_text)
        .member("timestamp", iso_time(account.status_changed))
        .end_object();
  out.end_array();
  out.member("type", to_string(account.type));
  write_text_or_null(out, "label", account.label);
  out.member("origin_owner_id", account.owner_id).member("origin_owner_name", account.owner_name);
  write_text_or_null(out, "origin_username", account.username);
  // What the customer typed, without secrets, is stored as a JSON object of texts; so are tags.
  const auto fields = json::Document::parse(account.fields);
  const auto metadata = json::Document::parse(account.metadata);
  out.key("setup_information");
  out.value(fields && fields->root().is_object() ? fields->root() : json::Value());
  out.key("metadata");
  out.value(metadata && metadata->root().is_object() ? metadata->root() : json::Value());
  out.member("integration_id", account.integration_id).member("shared", true);
  out.member("created_at", iso_time(account.created))
      .member("updated_at", iso_time(account.updated));
  out.end_object();
}

}  // namespace patchbay::api
