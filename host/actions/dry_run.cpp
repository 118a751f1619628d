#include "actions/dry_run.h"

#include "base/json.h"

namespace patchbay::actions {
namespace {

// As a value where it is JSON, else as text; null: none is sent.
void write_body(json::Writer& out, std::string_view body) {
  out.key("body");
  if (body.empty()) {
    out.null();
  } else if (const auto document = json::Document::parse(body, {.max_bytes = body.size()})) {
    out.value(document->root());
  } else {
    out.string(body);
  }
}

}  // namespace

std::string describe_request(const manifest::Action& action, const net::ClientRequest& request) {
  json::Writer out;
  out.begin_object()
      .member("dry_run", true)
      .member("method", request.method)
      .member("url", request.url)
      .key("headers")
      .begin_object();
  for (std::size_t i = 0; i < request.headers.size(); ++i)
    out.member(request.headers.at(i).first, request.headers.at(i).second);
  out.end_object();
  write_body(out, request.body.reveal());
  out.key("permissions").begin_array();
  for (const auto& needed : action.permissions) out.string(needed.to_string());
  return out.end_array().end_object().take();
}

}  // namespace patchbay::actions
