// /v2/document-management/documents: list, update, delete, download (reference, section 4.2).
#include <charconv>

#include "areas.h"
#include "gateway.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(json::string(text));
}

json::object to_json(const Document& document) {
  return {{"id", std::to_string(document.id)},
          {"name", document.name},
          {"date", text_or_null(document.date)},
          {"comment", text_or_null(document.comment)},
          {"category", {{"id", std::to_string(document.category_id)}}},
          {"owner", {{"id", std::to_string(document.owner_id)}}},
          {"document_type", "FILE"},
          {"size", document.content.size()},
          {"created_at", sandbox::iso_utc(document.created_ms)},
          {"virus_scan", {{"status", "CLEAN"}}},
          {"esignature", {{"status", "NOT_REQUESTED"}}}};
}

bool passes(const sandbox::Fields& query, const Document& document) {
  const std::int64_t created_day = document.created_ms / 86'400'000;
  const auto day = [&](const char* name) {
    return sandbox::parse_iso_date(query.find(name).value_or(""));
  };
  const std::string category = std::to_string(document.category_id);
  return query.find("category_id").value_or(category) == category &&
         created_day >= day("created_at.gte").value_or(created_day) &&
         created_day < day("created_at.lt").value_or(created_day + 1);
}

Response list_documents(const Call& call) {
  auto read = read_list(call, {.standard = 100, .highest = 200},
                        {{.name = "owner_id", .required = true},
                         {.name = "category_id"},
                         {.name = "created_at.gte", .kind = ValueKind::date},
                         {.name = "created_at.lt", .kind = ValueKind::date}});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  const People people = call.service.people();
  std::vector<Document> documents;
  if (const auto index = people.index_of_id(page.query.find("owner_id").value_or(""))) {
    documents = call.service.documents.of(people, *index);
  }
  return list_answer(call.service, call.request, page, static_cast<std::int64_t>(documents.size()),
                     [&](std::int64_t place) -> std::optional<json::object> {
                       const Document& document = documents[static_cast<std::size_t>(place)];
                       if (!passes(page.query, document)) return std::nullopt;
                       return to_json(document);
                     });
}

std::optional<Document> named_document(const Call& call) {
  const std::string id = call.request.params.find("document_id").value_or("");
  return call.service.documents.find(call.service.people(), id);
}

std::int64_t number_or_zero(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Response update_document(const Call& call) {
  auto read = read_body(call, {{.name = "name"},
                               {.name = "comment", .nullable = true},
                               {.name = "date", .kind = ValueKind::date, .nullable = true},
                               {.name = "category", .kind = ValueKind::reference}});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const json::object& body = std::get<json::object>(read);
  auto document = named_document(call);
  if (!document) return v2_no_such_resource(call.service);
  if (body.contains("category")) {
    document->category_id = number_or_zero(reference_id(body, "category"));
    if (!is_document_category(document->category_id)) return v2_bad_content(call.service);
  }
  const auto take = [&](const char* name, std::string& target) {
    if (body.contains(name)) target = sandbox::string_member(body, name).value_or("");
  };
  take("name", document->name);
  take("comment", document->comment);
  take("date", document->date);
  call.service.happened("document.updated", document_payload(*document));
  call.service.documents.change(std::move(*document));
  return Response::empty(204);
}

Response delete_document(const Call& call) {
  const auto document = named_document(call);
  if (!document) return v2_no_such_resource(call.service);
  call.service.documents.remove(document->id);
  call.service.happened("document.deleted", document_payload(*document));
  return Response::empty(204);
}

/// A name that needs no escaping in a quoted string (RFC 6266).
std::string plain_name(std::string name) {
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7E || c == '"' || c == '\\') c = '_';
  }
  return name;
}

Response download_document(const Call& call) {
  auto document = named_document(call);
  if (!document) return v2_no_such_resource(call.service);
  Response response = Response::text(200, std::move(document->content), document->content_type);
  response.headers.add("Content-Disposition",
                       "attachment; filename=\"" + plain_name(document->filename) + '"');
  return response;
}

}  // namespace

void add_documents(sandbox::Router& router, Service& service) {
  const std::string root = "/v2/document-management/documents";
  const std::string one = root + "/{document_id}";
  add_v2(router, service, "GET", root, v2_rule("documents:read"), list_documents);
  add_v2(router, service, "PATCH", one, v2_rule("documents:write"), update_document);
  add_v2(router, service, "DELETE", one, v2_rule("documents:write"), delete_document);
  add_v2(router, service, "GET", one + "/download", v2_rule("documents:read"), download_document);
}

}  // namespace patchbay::personio_sandbox
