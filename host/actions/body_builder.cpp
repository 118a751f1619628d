#include "actions/body_builder.h"

#include <algorithm>
#include <vector>

#include "actions/value_text.h"
#include "base/encoding.h"
#include "base/hash.h"

namespace patchbay::actions {
namespace {

using manifest::BodyKind;
using manifest::PaginationKind;
using manifest::Parameter;

Error contradiction(const std::string& name) {
  return make_error(ErrorCode::kConfiguration,
                    "The provider's manifest describes a request body that can't be built (at \"" +
                        name + "\"). Its author has to correct it.");
}

// A JSON object under construction; members keep the order in which they came.
class Tree {
 public:
  // False when something else stands there already.
  bool set(std::string_view pointer, std::string text) {
    Tree* here = this;
    while (true) {
      if (pointer.starts_with('/')) pointer.remove_prefix(1);
      const std::string_view step = pointer.substr(0, pointer.find('/'));
      pointer.remove_prefix(step.size());
      if (!here->text_.empty()) return false;
      here = &here->child(unescape(step));
      if (pointer.empty()) break;
    }
    if (!here->text_.empty() || !here->members_.empty()) return false;
    here->text_ = std::move(text);
    return true;
  }

  void write(json::Writer& out) const {
    if (!text_.empty()) {
      out.raw(text_);
      return;
    }
    out.begin_object();
    for (const auto& [name, member] : members_) {
      out.key(name);
      member.write(out);
    }
    out.end_object();
  }

 private:
  static std::string unescape(std::string_view step) {
    std::string out;
    for (std::size_t i = 0; i < step.size(); ++i) {
      if (step[i] == '~' && i + 1 < step.size()) {
        out += step[++i] == '1' ? '/' : '~';
      } else {
        out += step[i];
      }
    }
    return out;
  }

  Tree& child(std::string name) {
    for (auto& [known, member] : members_)
      if (known == name) return member;
    return members_.emplace_back(std::move(name), Tree()).second;
  }

  std::vector<std::pair<std::string, Tree>> members_;
  std::string text_;  // a leaf's JSON
};

std::string quoted(std::string_view text) {
  json::Writer out;
  return out.string(text).take();
}

Result<> add_page(Tree& tree, const manifest::Pagination& pagination,
                  const PagePosition& position) {
  const auto add = [&tree](const std::string& name, std::string value) -> Result<> {
    if (name.starts_with('/') && !tree.set(name, std::move(value))) return contradiction(name);
    return {};
  };
  if (pagination.kind == PaginationKind::kNone) return {};
  if (position.page_size != 0)
    PATCHBAY_TRY(add(pagination.limit_param, std::to_string(position.page_size)));
  if (pagination.kind == PaginationKind::kCursor && !position.cursor.empty()) {
    PATCHBAY_TRY(add(pagination.cursor_param,
                     position.cursor_is_number ? position.cursor : quoted(position.cursor)));
  } else if (pagination.kind == PaginationKind::kOffset ||
             pagination.kind == PaginationKind::kPage) {
    PATCHBAY_TRY(add(pagination.cursor_param, std::to_string(position.number)));
  }
  return {};
}

Result<BuiltBody> json_body(const manifest::Action& action, const json::Value& input,
                            const PagePosition& position) {
  if (!action.body.whole_input.empty()) {
    const json::Value whole = input.get(action.body.whole_input);
    if (!whole.exists() || whole.is_null()) return BuiltBody{};
    return BuiltBody{"application/json", whole.dump()};
  }
  Tree tree;
  for (const Parameter& parameter : action.body.parameters) {
    std::string text = parameter.constant;
    if (!parameter.input.empty()) {
      const json::Value value = input.get(parameter.input);
      if (!value.exists()) continue;
      text = value.dump();
    }
    if (!tree.set(parameter.name, std::move(text))) return contradiction(parameter.name);
  }
  PATCHBAY_TRY(add_page(tree, action.pagination, position));
  json::Writer out;
  tree.write(out);
  return BuiltBody{"application/json", out.take()};
}

Result<BuiltBody> form_body(const manifest::Action& action, const json::Value& input) {
  NamedTexts pairs;
  for (const Parameter& parameter : action.body.parameters)
    PATCHBAY_TRY(append_parameter(parameter, input, percent_encode, pairs));
  BuiltBody body{"application/x-www-form-urlencoded", {}};
  for (const auto& [name, value] : pairs)
    body.bytes.append(body.bytes.empty() ? "" : "&").append(name).append("=").append(value);
  return body;
}

struct Part {
  std::string head;
  std::string bytes;
};

std::string as_is(std::string_view text) {
  return std::string(text);
}

// A quoted name of RFC 7578: what would end the line or the quotes is percent-encoded, as browsers
// do it.
std::string disposition_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += percent_encode(std::string_view(&c, 1));
    } else {
      out += c;
    }
  }
  return out;
}

Result<Part> file_part(const Parameter& parameter, const json::Value& file) {
  const auto bad = [&](std::string why) {
    return make_error(ErrorCode::kInvalidArgument,
                      "\"" + parameter.input + "\" is not a file: " + std::move(why),
                      "/" + parameter.input);
  };
  const auto data = file.get("data").as_string();
  if (!data) return bad("it needs \"filename\", \"content_type\" and \"data\" (base64).");
  auto bytes = base64_decode(*data);
  if (!bytes) return bad("\"data\" is not base64.");
  const std::string type = file.get("content_type").string_or("application/octet-stream");
  if (std::any_of(type.begin(), type.end(), [](char c) { return c < 0x20 || c > 0x7e; }))
    return bad("\"content_type\" is not a media type.");
  return Part{"Content-Disposition: form-data; name=\"" + disposition_name(parameter.name) +
                  "\"; filename=\"" + disposition_name(file.get("filename").string_or("file")) +
                  "\"\r\nContent-Type: " + type,
              *std::move(bytes)};
}

Result<BuiltBody> multipart_body(const manifest::Action& action, const json::Value& input) {
  std::vector<Part> parts;
  for (const Parameter& parameter : action.body.parameters) {
    if (parameter.file) {
      const json::Value file = input.get(parameter.input);
      if (!file.exists() || file.is_null()) continue;
      PATCHBAY_TRY_ASSIGN(auto part, file_part(parameter, file));
      parts.push_back(std::move(part));
      continue;
    }
    NamedTexts pairs;
    PATCHBAY_TRY(append_parameter(parameter, input, as_is, pairs));
    for (auto& [name, value] : pairs)
      parts.push_back({"Content-Disposition: form-data; name=\"" + disposition_name(name) + "\"",
                       std::move(value)});
  }
  // From the content, so that the same input gives the same request; a content that holds its own
  // hash can't be made.
  std::string digests;
  std::size_t size = 0;
  for (const Part& part : parts) {
    digests.append(sha256_hex(part.head)).append(sha256_hex(part.bytes));
    size += part.head.size() + part.bytes.size();
  }
  const std::string boundary = "patchbay-" + sha256_hex(digests).substr(0, 40);
  BuiltBody body{"multipart/form-data; boundary=" + boundary, {}};
  body.bytes.reserve(size + (parts.size() + 1) * (boundary.size() + 12));
  for (const Part& part : parts)
    body.bytes.append("--" + boundary + "\r\n" + part.head + "\r\n\r\n")
        .append(part.bytes)
        .append("\r\n");
  body.bytes += "--" + boundary + "--\r\n";
  return body;
}

}  // namespace

Result<BuiltBody> build_body(const manifest::Action& action, const json::Value& input,
                             const PagePosition& position) {
  switch (action.body.kind) {
    case BodyKind::kJson:
      return json_body(action, input, position);
    case BodyKind::kForm:
      return form_body(action, input);
    case BodyKind::kMultipart:
      return multipart_body(action, input);
    case BodyKind::kNone:
      break;
  }
  return BuiltBody{};
}

}  // namespace patchbay::actions
