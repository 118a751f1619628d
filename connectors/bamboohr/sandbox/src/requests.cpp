#include "requests.h"

#include <algorithm>
#include <charconv>

namespace bamboohr_sandbox {
namespace {

using sandbox::Request;
using sandbox::Response;

constexpr std::size_t kMostDigits = 12;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void write_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
}

// Depth is bounded: only what the sandbox itself made is written.
void write_xml(std::string& out, const json::value& value) {
  if (const auto* object = value.if_object()) {
    for (const auto& [name, member] : *object) {
      const std::string_view key = name;
      out.append("<field id=\"").append(key).append("\">");
      write_xml(out, member);
      out += "</field>";
    }
  } else if (const auto* list = value.if_array()) {
    for (const auto& item : *list) {
      out += "<item>";
      write_xml(out, item);
      out += "</item>";
    }
  } else if (const auto* text = value.if_string()) {
    write_text(out, *text);
  } else if (!value.is_null()) {
    out += json::serialize(value);
  }
}

}  // namespace

Response error(int status, std::string_view reason) {
  Response response = Response::empty(status);
  response.headers.set("X-BambooHR-Error-Message", std::string(reason));
  return response;
}

Response problem(int status, std::string_view title, std::string_view detail) {
  return sandbox::json_response(
      status, json::object{{"title", title}, {"status", status}, {"detail", detail}},
      "application/problem+json");
}

Response answer(const Request& request, const json::value& value, std::string_view root) {
  const auto accept = request.headers.find("Accept").value_or("");
  if (accept.find("application/json") != std::string::npos)
    return sandbox::json_response(200, value);
  std::string xml = "<?xml version=\"1.0\"?>\n<";
  xml.append(root).append(">");
  write_xml(xml, value);
  xml.append("</").append(root).append(">\n");
  return Response::text(200, std::move(xml), "text/xml; charset=UTF-8");
}

std::optional<std::string> wrong_query(const Request& request,
                                       std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(known, name) == known.end()) return "Unknown parameter " + name;
    if (name == "onlyCurrent" && value != "true" && value != "false")
      return name + " is true or false";
  }
  return std::nullopt;
}

std::optional<json::object> body_of(const Request& request, std::optional<Response>& refusal) {
  auto body = request.content_type() == "application/json"
                  ? sandbox::parse_json_object(request.body)
                  : std::nullopt;
  if (!body) refusal = error(400, "Malformed JSON");
  return body;
}

bool is_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' &&
         std::ranges::count_if(text, is_digit) == 8;
}

bool is_moment(std::string_view text) {
  return text.size() >= 20 && is_date(text.substr(0, 10)) && text[10] == 'T' && text[13] == ':' &&
         text[16] == ':' && (text.substr(19) == "Z" || text.size() == 25);
}

std::optional<std::int64_t> number(std::string_view text) {
  if (text.empty() || text.size() > kMostDigits || !std::ranges::all_of(text, is_digit))
    return std::nullopt;
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool lists(std::string_view commas, std::string_view item) {
  while (true) {
    const auto comma = std::min(commas.find(','), commas.size());
    if (commas.substr(0, comma) == item) return true;
    if (comma == commas.size()) return false;
    commas.remove_prefix(comma + 1);
  }
}

}  // namespace bamboohr_sandbox
