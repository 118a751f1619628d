// POST /v1/recruiting/applications and …/applications/documents (reference, section 4.1.8): another
// key than everything else, and the company's id in a header.
#include <algorithm>
#include <array>

#include "areas.h"
#include "gateway.h"
#include "multipart.h"
#include "patchbay/sandbox/text.h"
#include "request_rules.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Request;
using sandbox::Response;

constexpr std::size_t kLargestFile = 20'000'000;
constexpr std::int64_t kCareerPage = 11;  // the one channel
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::array<std::string_view, 26> kFileTypes{
    "pdf", "pptx", "xlsx", "docx", "doc", "xls", "ppt", "ods", "odt", "7z",  "gz",  "rar", "zip",
    "bmp", "gif",  "jpg",  "png",  "tif", "csv", "txt", "rtf", "mp4", "3gp", "mov", "avi", "wmv"};
constexpr std::array<std::string_view, 5> kSystemPhases{"unassigned", "rejected", "withdrawn",
                                                        "offer", "accepted"};
constexpr std::array<std::string_view, 6> kFileCategories{
    "cv", "cover-letter", "employment-reference", "certificate", "work-sample", "other"};
constexpr std::array<std::string_view, 4> kGenders{"male", "female", "diverse", "undefined"};
constexpr std::array<std::string_view, 7> kAttributes{"birthday",
                                                      "gender",
                                                      "location",
                                                      "phone",
                                                      "available_from",
                                                      "salary_expectations",
                                                      "custom_attribute_4711"};

template <std::size_t Size>
bool is_one_of(const std::array<std::string_view, Size>& known, std::string_view text) {
  return std::ranges::find(known, text) != known.end();
}

/// What is no field's fault.
Response refused(int status, std::string_view title, std::string_view detail) {
  return sandbox::json_response(status, json::object{{"errors",
                                                      {{{"id", sandbox::random_uuid()},
                                                        {"status", std::to_string(status)},
                                                        {"title", title},
                                                        {"detail", detail}}}}});
}

/// Field by field what is wrong with an application.
class Complaints {
 public:
  explicit Complaints(Violations& violations) : violations_(violations) {}

  /// The request is not what is documented.
  void malformed(const std::string& field, std::string_view reason) {
    violations_.add("bad member " + field);
    wrong(field, reason);
  }
  /// It is, and may not be.
  void wrong(const std::string& field, std::string_view reason) {
    const auto same = std::ranges::find_if(errors_, [&](const json::value& error) {
      return sandbox::string_member(error.as_object(), "field") == field;
    });
    json::object entry{{"reason", reason}, {"context", json::object{}}};
    if (same != errors_.end()) {
      same->as_object()["errors"].as_array().push_back(std::move(entry));
    } else {
      errors_.push_back(json::object{{"field", field}, {"errors", {std::move(entry)}}});
    }
  }
  bool empty() const { return errors_.empty(); }
  Response answer(int status) {
    return sandbox::json_response(status, json::object{{"errors", std::move(errors_)}});
  }

 private:
  Violations& violations_;
  json::array errors_;
};

/// The 401 without a body, the 429, the 403 of a company that has not bought it; or nothing.
std::optional<Response> check_caller(Service& service, const Request& request) {
  const Options& options = service.options;
  const sandbox::WindowRule rule{
      .limit = options.v1_recruiting_per_minute, .window_ms = 60'000, .penalty_ms = 60'000};
  if (options.rate_limits && !service.windows.allow(rule, "v1 recruiting", service.now_ms())) {
    Response many = Response::empty(429);
    if (options.retry_after) many.headers.add("Retry-After", "60");
    return many;
  }
  const RecruitingAccess& access = service.recruiting.access();
  const auto company = request.headers.find("X-Company-ID");
  const auto key = request.bearer();
  if (!company) service.violations.add("the header X-Company-ID is missing");
  if (!key) service.violations.add("the header Authorization is missing");
  if (!company || !key || *company != access.company_id ||
      !sandbox::equal_in_constant_time(*key, access.key)) {
    return Response::empty(401);
  }
  if (!options.recruiting_feature) return refused(403, "Forbidden", "feature.recruiting.disabled");
  if (!options.recruiting_api) return refused(403, "Forbidden", "feature.public-api.disabled");
  return std::nullopt;
}

std::optional<std::size_t> position_of(std::int64_t id) {
  for (std::size_t place = 0; place < Recruiting::position_count(); ++place) {
    if (Recruiting::position(place).id == id) return place;
  }
  return std::nullopt;
}

/// Reads one application; what is wrong with it goes to the complaints.
class ApplicationReader {
 public:
  ApplicationReader(Service& service, const json::object& body)
      : service_(service), body_(body), complaints_(service.violations) {}

  Applicant read() {
    note_unknown_members();
    applicant_.person.first_name = required_text("first_name");
    applicant_.person.last_name = required_text("last_name");
    read_email();
    applicant_.person.gender = "UNSPECIFIED";
    read_position();
    read_channel();
    read_texts();
    read_date();
    read_phase();
    read_files();
    read_attributes();
    return applicant_;
  }
  Complaints& complaints() { return complaints_; }

 private:
  static constexpr std::string_view kRequired = "errors.attribute-validation.required-attribute";
  static constexpr std::string_view kType = "errors.attribute-validation.invalid-type";
  static constexpr std::string_view kDate = "errors.attribute-validation.invalid-date-format";

  void note_unknown_members() {
    constexpr std::array<std::string_view, 12> kMembers{"first_name",
                                                        "last_name",
                                                        "email",
                                                        "job_position_id",
                                                        "recruiting_channel_id",
                                                        "message",
                                                        "phase",
                                                        "external_posting_id",
                                                        "application_date",
                                                        "tags",
                                                        "files",
                                                        "attributes"};
    for (const auto& member : body_) {
      if (!is_one_of(kMembers, member.key())) {
        service_.violations.add("unknown member " + std::string(member.key()));
      }
    }
  }

  std::string required_text(const char* name) {
    const std::string text = sandbox::string_member(body_, name).value_or("");
    if (sandbox::trim(text).empty()) complaints_.malformed(name, kRequired);
    return text;
  }

  void read_email() {
    applicant_.person.email = required_text("email");
    const std::string& email = applicant_.person.email;
    const std::size_t at = email.find('@');
    if (!email.empty() && (at == 0 || at == std::string::npos || at + 1 == email.size())) {
      complaints_.malformed("email", "errors.attribute-validation.invalid-email-format");
    }
  }

  void read_position() {
    const auto id = sandbox::int_member(body_, "job_position_id");
    if (!id) {
      complaints_.malformed("job_position_id",
                            body_.contains("job_position_id") ? kType : kRequired);
      return;
    }
    const auto position = position_of(*id);
    if (!position) {
      complaints_.wrong("job_position_id", "errors.job-position.not-published");
      return;
    }
    applicant_.position = *position;
    if (service_.recruiting.has_applied(applicant_.person.email, *position)) {
      complaints_.wrong("email", "errors.applicant-already-exists");
    }
  }

  void read_channel() {
    if (!body_.contains("recruiting_channel_id")) return;
    const auto id = sandbox::int_member(body_, "recruiting_channel_id");
    if (!id) {
      complaints_.malformed("recruiting_channel_id", kType);
    } else if (*id != kCareerPage) {
      complaints_.wrong("recruiting_channel_id", "errors.posting-validation.channel-not-found");
    }
  }

  void read_texts() {
    for (const char* name : {"message", "external_posting_id"}) {
      if (body_.contains(name) && !sandbox::string_member(body_, name)) {
        complaints_.malformed(name, kType);
      }
    }
    for (const json::value& tag : list("tags")) {
      if (!tag.is_string()) complaints_.malformed("tags", kType);
    }
  }

  void read_date() {
    const std::int64_t now = service_.now_ms();
    applicant_.applied_ms = applicant_.updated_ms = now;
    if (!body_.contains("application_date")) return;
    const std::string text = sandbox::string_member(body_, "application_date").value_or("");
    const auto day = sandbox::parse_iso_date(text);
    if (!day) {
      complaints_.malformed("application_date", kDate);
    } else if (*day * kDayMs > now) {
      complaints_.wrong("application_date", "errors.date-validation.date-in-the-future");
    } else {
      applicant_.applied_ms = *day * kDayMs;
    }
  }

  /// A phase that there is not leaves the application unassigned.
  void read_phase() {
    const json::value* value = body_.if_contains("phase");
    if (value == nullptr) return;
    const json::object* phase = value->if_object();
    const std::string type = phase ? sandbox::string_member(*phase, "type").value_or("") : "";
    const json::value* id = phase ? phase->if_contains("id") : nullptr;
    if (id == nullptr || (type != "system" && type != "custom")) {
      complaints_.malformed("phase", kType);
      return;
    }
    if (type == "system") {
      if (!id->is_string() || !is_one_of(kSystemPhases, id->as_string())) {
        complaints_.wrong("phase", "errors.phase-validation.invalid-system-phase");
      } else if (id->as_string() == "offer") {
        applicant_.stage = recruiting_stages().size() - 1;
      }
      return;
    }
    if (!id->is_int64()) complaints_.malformed("phase", kType);
    for (std::size_t i = 0; id->is_int64() && i < recruiting_stages().size(); ++i) {
      const Stage& stage = recruiting_stages()[i];
      if (stage.id == id->as_int64() && stage.type == "CUSTOM") applicant_.stage = i;
    }
  }

  void read_files() {
    const json::array& files = list("files");
    for (std::size_t i = 0; i < files.size(); ++i) {
      const std::string where = "files[" + std::to_string(i) + "]";
      const json::object* file = files[i].if_object();
      const auto member = [&](const char* name) {
        return file == nullptr ? std::nullopt : sandbox::string_member(*file, name);
      };
      const auto category = member("category");
      if (!member("uuid") || !member("original_filename") || !category) {
        complaints_.malformed(where, kRequired);
      } else if (!service_.recruiting.has_file(*member("uuid"))) {
        complaints_.wrong(where, "errors.file-validation.file-not-exists");
      } else if (!is_one_of(kFileCategories, *category)) {
        complaints_.malformed(where, "errors.file-validation.unknown-file-category");
      }
    }
  }

  void read_attributes() {
    const json::array& attributes = list("attributes");
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      const std::string where = "attributes[" + std::to_string(i) + "]";
      const json::object* attribute = attributes[i].if_object();
      const auto id = attribute ? sandbox::string_member(*attribute, "id") : std::nullopt;
      const auto value = attribute ? sandbox::string_member(*attribute, "value") : std::nullopt;
      if (!id || !value) {
        complaints_.malformed(where, kRequired);
      } else if (!is_one_of(kAttributes, *id)) {
        complaints_.wrong(where, "errors.attribute-validation.unknown");
      } else if (*id == "gender" && !is_one_of(kGenders, *value)) {
        complaints_.wrong(where, "errors.attribute-validation.unknown-attribute-option");
      } else if (*id == "birthday" && !sandbox::parse_iso_date(*value)) {
        complaints_.malformed(where, kDate);
      }
    }
  }

  /// Empty when it is not there, or no list.
  const json::array& list(const char* name) {
    static const json::array none;
    const json::value* value = body_.if_contains(name);
    if (value != nullptr && !value->is_array()) complaints_.malformed(name, kType);
    return value != nullptr && value->is_array() ? value->as_array() : none;
  }

  Service& service_;
  const json::object& body_;
  Applicant applicant_;
  Complaints complaints_;
};

Response create_application(Service& service, const Request& request) {
  if (auto no = check_caller(service, request)) return *std::move(no);
  const auto body = sandbox::parse_json_object(request.body);
  if (request.content_type() != "application/json" || !body) {
    service.violations.add("the body is not a JSON object");
    return refused(400, "Bad Request", "The body is not a JSON object.");
  }
  ApplicationReader reader(service, *body);
  Applicant applicant = reader.read();
  if (!reader.complaints().empty()) return reader.complaints().answer(400);
  if (!service.recruiting.add(std::move(applicant))) {
    return refused(500, "Internal Server Error", "There is no room for more applications.");
  }
  return Response::empty(201);
}

std::string extension_of(const std::string& filename) {
  const std::size_t dot = filename.rfind('.');
  return dot == std::string::npos ? "" : sandbox::lower_case(filename.substr(dot + 1));
}

Response upload_document(Service& service, const Request& request) {
  if (auto no = check_caller(service, request)) return *std::move(no);
  const auto parts = parse_multipart(request);
  const FormPart* file = parts ? find_part(*parts, "file") : nullptr;
  Complaints complaints(service.violations);
  for (std::size_t i = 0; parts && i < parts->size(); ++i) {
    if ((*parts)[i].name != "file") service.violations.add("unknown field " + (*parts)[i].name);
  }
  if (file == nullptr || !file->filename) {
    complaints.malformed("file", "errors.attribute-validation.required-attribute");
    return complaints.answer(422);
  }
  if (file->body.size() > kLargestFile) {
    complaints.wrong("file", "errors.file-too-big");
    return complaints.answer(413);
  }
  const std::string extension = extension_of(*file->filename);
  if (!is_one_of(kFileTypes, extension)) {
    complaints.wrong("file", "errors.invalid-file-type");
    return complaints.answer(422);
  }
  const std::string uuid = service.recruiting.add_file();
  if (uuid.empty())
    return refused(500, "Internal Server Error", "There is no room for more files.");
  const std::string& type = file->content_type;
  return sandbox::json_response(
      200, json::object{{"uuid", uuid},
                        {"size", file->body.size()},
                        {"mimetype", type.empty() ? "application/octet-stream" : type},
                        {"original_filename", *file->filename},
                        {"extension", extension}});
}

}  // namespace

void add_recruiting_v1(sandbox::Router& router, Service& service) {
  const std::string root = "/v1/recruiting/applications";
  add_open(router, service, "POST", root,
           [&service](const Request& request) { return create_application(service, request); });
  add_open(router, service, "POST", root + "/documents",
           [&service](const Request& request) { return upload_document(service, request); });
}

}  // namespace patchbay::personio_sandbox
