#include "support/api_description.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace patchbay::test {
namespace {

constexpr std::array<std::string_view, 6> kMethods = {"get",   "post",   "put",
                                                      "patch", "delete", "options"};
constexpr std::string_view kErrorSchema = R"({"$ref":"#/components/schemas/Error"})";
constexpr std::string_view kProblemSchema = R"({"$ref":"#/components/schemas/Problem"})";

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  return out;
}

std::string read_file(const char* path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw std::runtime_error(std::string("can't read ") + path);
  return text.str();
}

json::Document parsed(std::string_view text) {
  auto document = json::Document::parse(text);
  if (!document) throw std::runtime_error("not JSON: " + document.error().message);
  return *std::move(document);
}

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> all;
  path = path.substr(0, path.find('?'));
  while (!path.empty()) {
    path.remove_prefix(1);
    all.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(all.back().size());
  }
  return all;
}

// A path that goes on behind the pattern's own words: the one parameter of that name.
constexpr std::string_view kRest = "{path}";

// -1: does not fit; otherwise how many segments are the pattern's own words.
int fit(std::string_view pattern, std::string_view target) {
  const auto wanted = segments(pattern);
  auto given = segments(target);
  if (!wanted.empty() && wanted.back() == kRest && given.size() > wanted.size())
    given.resize(wanted.size());
  if (wanted.size() != given.size()) return -1;
  int literal = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == given[i])
      ++literal;
    else if (!wanted[i].starts_with('{') || given[i].empty())
      return -1;
  }
  return literal;
}

std::string media_type(const net::Response& response) {
  const auto field = response.headers.get("Content-Type").value_or("");
  return std::string(field.substr(0, field.find(';')));
}

// Errors say their status a second time.
bool says_its_status(const json::Value& body, unsigned status) {
  for (const auto* const name : {"statusCode", "status"})
    if (const auto told = body.get(name).as_integer(); told && status >= 400)
      return *told == static_cast<std::int64_t>(status);
  return true;
}

}  // namespace

const ApiDescription& ApiDescription::built() {
  static const ApiDescription description(read_file(PATCHBAY_OPENAPI));
  return description;
}

ApiDescription::ApiDescription(std::string_view document) : document_(parsed(document)) {
  schemas_ = document_.root().pointer("/components/schemas").dump();
  const auto paths = document_.root().get("paths");
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto [path, item] = paths.member(i);
    for (const auto method : kMethods) {
      const auto value = item.get(method);
      if (!value.exists()) continue;
      Operation operation{upper(method), std::string(path), value, {}};
      for (const auto& list : {item.get("parameters"), value.get("parameters")})
        for (std::size_t at = 0; at < list.size(); ++at)
          operation.parameters.push_back(resolved(list.at(at)));
      operations_.push_back(std::move(operation));
    }
  }
}

json::Value ApiDescription::resolved(const json::Value& value) const {
  const auto reference = value.get("$ref").as_string();
  return reference ? document_.root().pointer(reference->substr(1)) : value;
}

const ApiDescription::Operation* ApiDescription::find(std::string_view method,
                                                      std::string_view target) const {
  const Operation* best = nullptr;
  int most = -1;
  for (const auto& operation : operations_) {
    if (operation.method != (method == "HEAD" ? "GET" : method)) continue;
    if (const int literal = fit(operation.path, target); literal > most) {
      most = literal;
      best = &operation;
    }
  }
  return best;
}

json::Value ApiDescription::response_of(const json::Value& operation, unsigned status) const {
  const auto responses = operation.get("responses");
  const auto exact = responses.get(std::to_string(status));
  return resolved(exact.exists() ? exact : responses.get(std::to_string(status / 100) + "XX"));
}

std::vector<std::string> ApiDescription::problems(std::string_view method, std::string_view target,
                                                  const net::Response& response) const {
  const auto* operation = find(method, target);
  if (operation == nullptr) {
    if (response.status != 404 && response.status != 405) return {"no such route is described"};
    const bool own = media_type(response) == "application/problem+json";
    return check_json(std::string(own ? kProblemSchema : kErrorSchema), response.body);
  }
  // What another has answered may have any status.
  const bool passed_on = response.headers.has("Patchbay-Answered-By");
  const auto described = response_of(operation->value, passed_on ? 200 : response.status);
  if (!described.exists()) return {"the status is not described"};
  auto found = check_headers(described.get("headers"), response);
  if (method != "HEAD") {
    const auto more = check_content(described.get("content"), response);
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}

std::vector<std::string> ApiDescription::body_problems(std::string_view method,
                                                       std::string_view target,
                                                       const std::string& body) const {
  const auto* operation = find(method, target);
  if (operation == nullptr) return {"no such route is described"};
  const auto content = resolved(operation->value.get("requestBody")).get("content");
  // What nobody reads, or not as JSON.
  if (!content.get("application/json").exists()) return {};
  return check_json(content.get("application/json").get("schema").dump(), body);
}

ApiDescription::Problems ApiDescription::check_headers(const json::Value& headers,
                                                       const net::Response& response) const {
  Problems found;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, reference] = headers.member(i);
    const auto header = resolved(reference);
    const auto value = response.headers.get(name);
    if (!value && header.get("required").bool_or(false))
      found.push_back("the header field " + std::string(name) + " is missing");
    const auto wanted = header.get("schema").get("const").as_string();
    if (value && wanted && *value != *wanted)
      found.push_back("the header field " + std::string(name) + " is not " + std::string(*wanted));
  }
  return found;
}

ApiDescription::Problems ApiDescription::check_content(const json::Value& content,
                                                       const net::Response& response) const {
  if (!content.exists())
    return response.body.empty() ? Problems() : Problems{"there is a body, and none is described"};
  const auto type = media_type(response);
  const auto described = content.get(type);
  if (!described.exists() && content.get("*/*").exists()) return {};
  if (!described.exists()) return {"the content type \"" + type + "\" is not described"};
  if (type == "text/plain") return {};
  if (type == "application/x-ndjson")
    return check_lines(described.get("schema").dump(), response.body);
  auto found = check_json(described.get("schema").dump(), response.body);
  if (!found.empty()) return found;
  if (!says_its_status(parsed(response.body).root(), response.status))
    return {"the body says another status"};
  return {};
}

// The schema is each line's.
ApiDescription::Problems ApiDescription::check_lines(const std::string& schema,
                                                     const std::string& text) const {
  std::istringstream lines(text);
  Problems found;
  for (std::string line; std::getline(lines, line);)
    for (auto& problem : check_json(schema, line)) found.push_back(std::move(problem));
  return found;
}

ApiDescription::Problems ApiDescription::check_json(const std::string& schema,
                                                    const std::string& text) const {
  const auto body = json::Document::parse(text, {.max_bytes = std::size_t{16} << 20U});
  if (!body) return {"the body is not JSON: " + body.error().message};
  const std::lock_guard lock(mutex_);
  auto& compiled = compiled_[schema];
  if (!compiled) {
    auto made = json::Schema::compile(R"({"allOf":[)" + schema + R"(],"components":{"schemas":)" +
                                      schemas_ + "}}");
    if (!made) throw std::runtime_error(made.error().message);
    compiled = std::make_unique<json::Schema>(*std::move(made));
  }
  Problems found;
  for (const auto& problem : compiled->check(body->root()))
    found.push_back("the body at \"" + problem.pointer + "\": " + problem.message);
  return found;
}

namespace {

// Lines for each answer, for tests/answers_seen.py. Short appends of several processes do not mix.
void note_answer(const ApiDescription& description, std::string_view method,
                 std::string_view target, const net::Response& response) {
  static const char* const file = std::getenv("PATCHBAY_ANSWERS_SEEN");
  if (file == nullptr) return;
  const auto status = std::to_string(response.status);
  std::string lines;
  if (const auto* operation = description.find(method, target); operation != nullptr)
    lines += operation->method + " " + operation->path + " " + status + "\n";
  if (response.status >= 400)
    if (const auto body = json::Document::parse(response.body); body)
      if (const auto code = body->root().get("code").as_string(); code)
        lines.append("error ").append(*code).append(" ").append(status).append("\n");
  std::ofstream(file, std::ios::app) << lines;
}

}  // namespace

void expect_described(std::string_view method, std::string_view target,
                      const net::Response& response, std::string_view request_body) {
  const auto& description = ApiDescription::built();
  note_answer(description, method, target, response);
  for (const auto& problem : description.problems(method, target, response))
    ADD_FAILURE() << method << " " << target << " " << response.status << ": " << problem << "\n"
                  << response.body.substr(0, 2000);
  if (response.status / 100 != 2 || request_body.empty()) return;
  for (const auto& problem : description.body_problems(method, target, std::string(request_body)))
    ADD_FAILURE() << method << " " << target << " took what is not described: " << problem << "\n"
                  << request_body;
}

}  // namespace patchbay::test
