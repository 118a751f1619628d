// GET /v1/company/document-categories and POST /v1/company/documents (reference, section 4.1.5).
#include <algorithm>
#include <array>
#include <charconv>

#include "areas.h"
#include "attributes.h"
#include "gateway.h"
#include "multipart.h"
#include "patchbay/sandbox/text.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

constexpr std::size_t kLongestTitle = 255;
constexpr std::size_t kLargestFile = 30'000'000;
constexpr std::array<std::string_view, 14> kFileTypes{"pdf", "docx", "doc", "jpg", "zip",
                                                      "png", "txt",  "xml", "csv", "jpeg",
                                                      "odt", "xlsx", "rtf", "xls"};
constexpr std::array<std::string_view, 6> kFields{"title",   "employee_id", "category_id",
                                                  "comment", "date",        "file"};

json::object category_to_json(const Unit& category) {
  return {
      {"id", category.id}, {"type", "DocumentCategory"}, {"attributes", {{"name", category.name}}}};
}

Response list_categories(const Call& call) {
  if (!call.request.query.empty()) call.service.violations.add("unknown query parameters");
  json::array list;
  for (const Unit& category : document_categories()) list.push_back(category_to_json(category));
  return v1_success(std::move(list));
}

/// What stands in the form, as far as it is a form.
struct Upload {
  std::vector<FormPart> parts;

  std::string text(std::string_view name) const {
    const FormPart* part = find_part(parts, name);
    return part == nullptr ? "" : part->body;
  }
  std::int64_t number(std::string_view name) const {
    const std::string value = text(name);
    std::int64_t result = -1;
    std::from_chars(value.data(), value.data() + value.size(), result);
    return result;
  }
};

bool file_type_is_known(const std::string& filename) {
  const std::string extension = sandbox::lower_case(filename.substr(filename.rfind('.') + 1));
  return std::find(kFileTypes.begin(), kFileTypes.end(), extension) != kFileTypes.end();
}

/// Field by field what is wrong, as v1 tells it.
json::object complaints(const Upload& upload) {
  json::object errors;
  const auto complain = [&](const char* field, const char* text) {
    errors[field] = json::array{json::string(text)};
  };
  const FormPart* file = find_part(upload.parts, "file");
  const std::string title = upload.text("title");
  if (title.empty()) complain("title", "The title field is required.");
  if (title.size() > kLongestTitle) {
    complain("title", "The title may not be greater than 255 characters.");
  }
  for (const char* field : {"employee_id", "category_id"}) {
    if (upload.number(field) < 0) complain(field, "The field is required and must be an integer.");
  }
  const std::string date = upload.text("date");
  if (!date.empty() && !sandbox::parse_iso_date(date)) {
    complain("date", "The date does not match the format Y-m-d.");
  }
  if (file == nullptr || !file->filename) {
    complain("file", "The file field is required.");
  } else if (!file_type_is_known(*file->filename)) {
    complain("file", "The file must be a file of type: pdf, docx, doc, jpg, zip, png, txt.");
  } else if (file->body.size() > kLargestFile) {
    complain("file", "The file may not be greater than 30 megabytes.");
  }
  return errors;
}

Response invalid_data(Service& service, json::object errors) {
  for (const auto& error : errors) {
    service.violations.add("bad field " + std::string(error.key()));
  }
  Response response = v1_error(422, 0, "The given data was invalid.");
  json::value body = *sandbox::parse_json(response.body);
  body.as_object()["error"].as_object()["error_data"] = std::move(errors);
  response.body = json::serialize(body);
  return response;
}

Response no_such(const char* model, std::int64_t id) {
  return v1_error(404, 0,
                  "No query results for model [" + std::string(model) + "] " + std::to_string(id));
}

json::object document_to_json(const Call& call, const Document& document, const Person& person) {
  json::object employee;
  for (const Attribute& attribute : attributes()) {
    const bool shown = attribute.key == "id" || attribute.key == "first_name" ||
                       attribute.key == "last_name" || attribute.key == "email";
    if (shown && is_readable(call.integration.request.readable_attributes, attribute.key)) {
      employee[attribute.key] = v1_attribute(attribute, call.service.people(), person);
    }
  }
  const auto category =
      std::find_if(document_categories().begin(), document_categories().end(),
                   [&](const Unit& candidate) { return candidate.id == document.category_id; });
  return {{"id", document.id},
          {"type", "Document"},
          {"attributes",
           {{"title", document.name},
            {"date", document.date},
            {"comment", document.comment},
            {"employee", {{"type", "Employee"}, {"attributes", std::move(employee)}}},
            {"category", category_to_json(*category)}}}};
}

bool within_limit(Service& service) {
  if (!service.options.rate_limits) return true;
  return service.windows.allow(
      {.limit = service.options.v1_documents_per_minute, .window_ms = 60'000}, "v1 documents",
      service.now_ms());
}

Response upload_document(const Call& call) {
  if (!within_limit(call.service)) return v1_error(429, 429, "Too many requests");
  auto parts = parse_multipart(call.request);
  if (!parts) return v1_error(422, 0, "The given data was invalid.");
  const Upload upload{.parts = std::move(*parts)};
  for (const FormPart& part : upload.parts) {
    const bool known = std::find(kFields.begin(), kFields.end(), part.name) != kFields.end();
    if (!known) call.service.violations.add("unknown field " + part.name);
  }
  json::object errors = complaints(upload);
  if (!errors.empty()) return invalid_data(call.service, std::move(errors));
  const People people = call.service.people();
  const std::int64_t employee = upload.number("employee_id");
  const auto index = people.index_of_id(std::to_string(employee));
  if (!index) return no_such("Employee", employee);
  const std::int64_t category = upload.number("category_id");
  if (!is_document_category(category)) return no_such("DocumentCategory", category);
  const FormPart& file = *find_part(upload.parts, "file");
  Document document{
      .id = 0,
      .owner_id = employee,
      .category_id = category,
      .name = upload.text("title"),
      .comment = upload.text("comment"),
      .date = upload.text("date"),
      .created_ms = call.service.now_ms(),
      .filename = *file.filename,
      .content_type = file.content_type.empty() ? "application/octet-stream" : file.content_type,
      .content = file.body};
  const auto id = call.service.documents.upload(document);
  if (!id) return v1_error(500, 500, "Something went wrong");
  document.id = *id;
  call.service.happened("document.created", document_payload(document));
  Response response = v1_success(document_to_json(call, document, people.person(*index)));
  response.status = 201;
  return response;
}

}  // namespace

void add_documents_v1(sandbox::Router& router, Service& service) {
  add_v1(router, service, "GET", "/v1/company/document-categories", "documents:read",
         list_categories);
  add_v1(router, service, "POST", "/v1/company/documents", "documents:write", upload_document);
}

}  // namespace patchbay::personio_sandbox
