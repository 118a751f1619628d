#pragma once
// From an action in a manifest, its input and a page position to the HTTP request, without its
// authorisation (authorizer.h). A pure function: the same arguments give the same bytes.
//
// The manifest is untrusted: no input leaves its place (path segment, query value, header), no
// header that belongs to the framing or to the hub can be set, and the result goes nowhere but to
// the manifest's hosts.
#include "actions/pagination.h"
#include "base/json.h"
#include "base/result.h"
#include "manifest/hosts.h"
#include "manifest/manifest.h"
#include "net/http_client.h"

namespace patchbay::actions {

// `input` passed the action's schema. Errors: kInvalidArgument (a value that can't stand where the
// manifest puts it), kTooLarge (the URL), kConfiguration (host or manifest).
Result<net::ClientRequest> build_request(const manifest::Manifest& manifest,
                                         const manifest::Action& action, const json::Value& input,
                                         const manifest::HostValues& host_values,
                                         const PagePosition& position);

}  // namespace patchbay::actions
