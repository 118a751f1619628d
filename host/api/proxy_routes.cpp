// POST /unified/proxy: a request to the provider that the caller puts together by hand.
#include <algorithm>
#include <cctype>

#include "api/api.h"
#include "api/call_action.h"
#include "api/client_shapes.h"
#include "api/json_body.h"
#include "base/encoding.h"

namespace patchbay::api {
namespace {

constexpr std::size_t kMaxAddress = 8192;
constexpr std::size_t kMaxBody = std::size_t{1} << 20U;

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// Text goes out as it is, under the content type that comes with it; anything else as JSON.
void read_content(const json::Value& body, std::string named_type, actions::RawCall& call) {
  if (!body.exists() || body.is_null()) return;
  call.body = body.is_string() && !named_type.empty() ? body.string_or("") : body.dump();
  call.content_type = named_type.empty() ? "application/json" : std::move(named_type);
}

Result<actions::RawCall> read_call(JsonBody& body) {
  actions::RawCall call;
  call.target.method = upper(body.text("method", 16));
  if (call.target.method.empty()) call.target.method = "GET";
  call.target.base = body.text("url", kMaxAddress);
  call.target.path = body.text("path", kMaxAddress);
  std::string content_type;
  const auto headers = body.object("headers", std::size_t{16} << 10U);
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers.member(i);
    const auto text = value.as_string();
    if (!text)
      return make_error(ErrorCode::kInvalidArgument, "Header values must be text.",
                        "headers/" + std::string(name));
    if (net::iequals(name, "Content-Type"))
      content_type = std::string(*text);
    else if (!net::iequals(name, "x-account-id"))
      call.headers.emplace_back(name, *text);
  }
  body.take("body");
  const auto content = body.root().get("body");
  read_content(content, std::move(content_type), call);
  if (call.body.size() > kMaxBody)
    return make_error(ErrorCode::kTooLarge, "The body is too large: at most 1 MiB.", "body");
  return call;
}

bool is_text(std::string_view body) {
  return is_valid_utf8(body) && body.find('\0') == std::string_view::npos;
}

// Of JSON.
std::string_view without_space_around(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(kSpace)));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

// As the provider wrote it. Left out when there is none; base64 when it is no text.
void write_data(json::Writer& out, const std::string& body) {
  if (body.empty()) return;
  const auto document = json::Document::parse(body, {.max_bytes = body.size()});
  if (!document) {
    out.member("data", is_text(body) ? body : base64_encode(body));
    if (!is_text(body)) out.member("data_encoding", "base64");
    return;
  }
  const auto root = document->root();
  if (root.is_null()) return;
  const auto text = without_space_around(body);
  out.key("data").raw(root.is_array() ? as_object_or_objects(std::string(text)) : text);
}

std::string wrapped(const actions::RawReply& reply) {
  json::Writer out;
  out.begin_object().member("status", static_cast<std::int64_t>(reply.status));
  write_data(out, reply.body);
  out.key("headers").begin_object();
  for (const auto& [name, value] : reply.headers) out.member(name, value);
  out.end_object().key("provider_errors").begin_array();
  if (reply.status >= 400)
    out.begin_object()
        .member("status", static_cast<std::int64_t>(reply.status))
        .member("url", reply.url)
        .end_object();
  return out.end_array().end_object().take();
}

}  // namespace

Task<net::Response> Api::proxy(net::Request& request, const Caller& caller) {
  auto body = JsonBody::read(request);
  if (!body) co_return error(request, api_error(body.error()));
  auto call = read_call(*body);
  if (const auto problems = body->problems()) co_return error(request, api_error(*problems));
  if (!call) co_return error(request, api_error(call.error()));
  call->account_id = std::string(request.header("x-account-id"));
  if (call->account_id.empty()) co_return error(request, account_missing());
  const auto reply =
      co_await call_raw(door(), raw_, request, party_of(request, caller), *std::move(call));
  if (!reply) co_return error(request, reply.error());
  co_return net::json(wrapped(*reply));
}

}  // namespace patchbay::api
