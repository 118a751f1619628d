// What a method of the Web API was given: in the query, a form, or JSON. Slack's own rules of what
// they may hold. For the server's thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/http.h"
#include "patchbay/sandbox/json.h"

namespace slack_sandbox {

namespace sandbox = patchbay::sandbox;
namespace json = sandbox::json;

class Arguments {
 public:
  // Empty: the body can't be read ("invalid_json", "invalid_form_data" in `fault`).
  static std::optional<Arguments> read(const sandbox::Request& request, std::string& fault);

  // Texts, numbers and booleans as text; empty when absent.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
  [[nodiscard]] bool flag(std::string_view name) const;
  // The first name that is not among `known`; empty when there is none.
  [[nodiscard]] std::string unknown(const std::vector<std::string_view>& known) const;

 private:
  json::object values_;
};

// A list, page by page as Slack pages: `limit` at most 999, `cursor` from the page before.
struct Page {
  std::size_t from = 0;
  std::size_t count = 100;
  std::string fault;  // "invalid_cursor", "invalid_limit"
};
Page page_of(const Arguments& arguments);
// {LIST: [...], "response_metadata": {"next_cursor": "..."}}
json::object paged(std::string_view list, const json::array& all, const Page& page);

}  // namespace slack_sandbox
