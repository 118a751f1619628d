#include "collection.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace humaans_sandbox {
namespace {

using sandbox::json_response;
using sandbox::Request;
using sandbox::Response;
using sandbox::string_member;

constexpr std::int64_t kUsualLimit = 100;
constexpr std::int64_t kLargestLimit = 250;

bool is_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' &&
         std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; }) == 8;
}

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// "startDate[$gte]" compares, "personId" is equal.
bool fits(const json::object& record, std::string_view filter, const std::string& wanted) {
  const auto bracket = filter.find('[');
  const auto value = string_member(record, filter.substr(0, bracket)).value_or("");
  const auto how = bracket == std::string_view::npos ? "" : filter.substr(bracket);
  if (how == "[$gte]") return value >= wanted;
  if (how == "[$lte]") return value <= wanted;
  return value == wanted;
}

Response not_found() {
  return error(404, "NotFound", "There is no record of this id.");
}

std::string id_of(const Request& request) {
  return request.params.find("id").value_or("");
}

std::optional<json::object> body_of(const Request& request) {
  if (request.content_type() != "application/json") return std::nullopt;
  return sandbox::parse_json_object(request.body);
}

}  // namespace

Response error(int status, std::string_view name, std::string_view message) {
  return json_response(status,
                       json::object{{"name", name}, {"message", message}, {"code", status}});
}

Response Collection::list(const Request& request) const {
  std::vector<const json::object*> found;
  found.reserve(records_.size());
  for (const auto& record : records_) found.push_back(&record);
  for (const auto& [name, value] : request.query) {
    if (name == "$limit" || name == "$skip") continue;
    if (std::ranges::find(filters_, name) == filters_.end())
      return error(400, "BadRequest", "Unknown parameter " + name + ".");
    std::erase_if(found, [&](const json::object* record) { return !fits(*record, name, value); });
  }
  const auto limit = number(request.query.find("$limit").value_or(std::to_string(kUsualLimit)));
  const auto skip = number(request.query.find("$skip").value_or("0"));
  if (!limit || *limit < 1 || *limit > kLargestLimit || !skip)
    return error(400, "BadRequest", "$limit is 1 to 250, $skip a number.");
  json::array data;
  for (auto i = static_cast<std::size_t>(*skip);
       i < found.size() && data.size() < static_cast<std::size_t>(*limit); ++i)
    data.push_back(*found[i]);
  return json_response(
      200,
      json::object{
          {"total", found.size()}, {"limit", *limit}, {"skip", *skip}, {"data", std::move(data)}});
}

const json::object* Collection::find(std::string_view id) const {
  return find_by("id", id);
}

const json::object* Collection::find_by(std::string_view member, std::string_view value) const {
  const auto found = std::ranges::find_if(
      records_, [&](const json::object& record) { return string_member(record, member) == value; });
  return found == records_.end() ? nullptr : &*found;
}

Response Collection::get(const Request& request) const {
  const auto* record = find(id_of(request));
  return record == nullptr ? not_found() : json_response(200, *record);
}

std::string Collection::fault_of(const json::object& body, bool is_new) const {
  for (const auto& [name, value] : body) {
    const auto member = std::ranges::find(members_, std::string_view(name), &Member::name);
    if (member == members_.end()) return "Unknown member " + std::string(name) + ".";
    const auto text = string_member(body, name);
    const bool listed = member->one_of.empty() ||
                        (text && std::ranges::find(member->one_of, *text) != member->one_of.end());
    if (!text || text->empty() || !listed || (member->is_date && !is_date(*text)))
      return std::string(name) + " has another shape.";
  }
  for (const Member& member : members_)
    if (is_new && member.required && !body.contains(member.name))
      return member.name + " is missing.";
  return {};
}

Response Collection::create(const Request& request, const json::object& more) {
  auto body = body_of(request);
  if (!body) return error(400, "BadRequest", "A JSON object is needed.");
  if (const auto fault = fault_of(*body, true); !fault.empty())
    return error(400, "BadRequest", fault);
  (*body)["id"] = prefix_ + "_" + std::to_string(++made_);
  for (const auto& [name, value] : more) (*body)[name] = value;
  records_.push_back(*body);
  return json_response(201, records_.back());
}

Response Collection::change(const Request& request) {
  const auto body = body_of(request);
  if (!body) return error(400, "BadRequest", "A JSON object is needed.");
  const auto id = id_of(request);
  const auto record = std::ranges::find_if(
      records_, [&](const json::object& each) { return string_member(each, "id") == id; });
  if (record == records_.end()) return not_found();
  if (const auto fault = fault_of(*body, false); !fault.empty())
    return error(400, "BadRequest", fault);
  for (const auto& [name, value] : *body) (*record)[name] = value;
  return json_response(200, *record);
}

Response Collection::remove(const Request& request) {
  const auto id = id_of(request);
  if (find(id) == nullptr) return not_found();
  std::erase_if(records_,
                [&](const json::object& each) { return string_member(each, "id") == id; });
  return json_response(200, json::object{{"id", id}, {"deleted", true}});
}

}  // namespace humaans_sandbox
