#include "api/rpc_input.h"

#include <charconv>
#include <map>
#include <optional>

#include "actions/value_text.h"
#include "manifest/input_schema.h"
#include "manifest/reader.h"
#include "net/headers.h"

namespace patchbay::api {
namespace {

Error wrong(std::string message, std::string field) {
  return make_error(ErrorCode::kInvalidArgument, std::move(message), std::move(field));
}

// A number, or one as text, as query values tend to come.
std::optional<std::uint32_t> page_size_of(const json::Value& value) {
  const auto text = actions::scalar_text(value);
  std::uint32_t size = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), size);
  if (error != std::errc{} || end != text->data() + text->size() || size == 0) return std::nullopt;
  return size;
}

class Merger {
 public:
  explicit Merger(const manifest::Action* action) : action_(action) {}

  Result<> add_group(const json::Value& body, std::string_view group) {
    const json::Value values = body.get(group);
    if (!values.exists() || values.is_null()) return {};
    if (!values.is_object())
      return wrong("\"" + std::string(group) + "\" must be an object.", "/" + std::string(group));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto [name, value] = values.member(i);
      PATCHBAY_TRY(add(group, std::string(name), value));
    }
    return {};
  }

  RpcCall call;

  std::string take_input() {
    json::Writer out;
    out.begin_object();
    for (const auto& [name, value] : input_) out.key(name).raw(value);
    return out.end_object().take();
  }

 private:
  Result<> add(std::string_view group, std::string name, const json::Value& value) {
    if (!declares(name)) {
      if (group == "headers") {
        if (net::iequals(name, "x-account-id")) call.account_id = value.string_or("");
        return {};
      }
      if (name == "debug") return {};
      if (name == "next") {
        if (!value.is_null() && !value.is_string())
          return wrong("\"next\" must be the text that the reply before gave.", "next");
        call.next = value.string_or("");
        return {};
      }
      if (name == manifest::kPageSizeInput) {
        if (value.is_null()) return {};
        const auto size = page_size_of(value);
        if (!size) return wrong("\"page_size\" must be a whole number above 0.", "page_size");
        call.page_size = *size;
        return {};
      }
    }
    const auto [at, is_new] = input_.try_emplace(name, value.dump());
    if (!is_new && at->second != value.dump())
      return wrong("\"" + name + "\" is given twice, with different values.", "/" + name);
    return {};
  }

  // The host's own page_size input is taken apart from the action's.
  [[nodiscard]] bool declares(const std::string& name) const {
    if (action_ == nullptr || !action_->input->has_property(name)) return false;
    return name != manifest::kPageSizeInput ||
           action_->pagination.kind == manifest::PaginationKind::kNone;
  }

  const manifest::Action* action_;
  std::map<std::string, std::string> input_;  // name -> JSON
};

}  // namespace

Result<RpcCall> read_rpc(const json::Value& body, const manifest::Action* action) {
  Merger merger(action);
  for (const auto group : kRpcGroups) PATCHBAY_TRY(merger.add_group(body, group));
  merger.call.action = body.get("action").string_or("");
  merger.call.input = merger.take_input();
  return std::move(merger.call);
}

}  // namespace patchbay::api
