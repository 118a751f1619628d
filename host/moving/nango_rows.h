#pragma once
// Connections as Nango's API gives them. GET /connections/{connectionId} with
// ?provider_config_key=…&refresh_token=true has the credentials, where the API key may read them
// (environment:connections:read_credentials), and is what GET /connection/{connectionId} was; the
// list (GET /connections) has none. Any of json_elements.h's shapes. Who the person is stands under
// end_user or, in newer ones, under tags.
//
//   {"connection_id": "…", "provider_config_key": "…", "provider": "…",
//    "end_user": {"id": "…", "display_name": "…", "email": "…", "organization": {"id": …}},
//    "tags": {"end_user_id": "…", "end_user_email": "…", "organization_id": "…"},
//    "connection_config": {…}, "metadata": {…},
//    "credentials": {"type": "OAUTH2", "access_token": …, "refresh_token": …, "expires_at": …,
//                    "raw": {"scope": …}}}
//
// Kinds that can be taken over: OAUTH2, OAUTH2_CC (client_id, client_secret), API_KEY (apiKey, or
// api_key), BASIC (username, password). Others come without credentials. Members that are not known
// are passed over.
#include <istream>
#include <memory>

#include "moving/source_row.h"

namespace patchbay::moving {

enum class NangoOwner : std::uint8_t { kEndUser, kOrganization };

std::unique_ptr<RowSource> open_nango(std::unique_ptr<std::istream> in, NangoOwner owner);

}  // namespace patchbay::moving
