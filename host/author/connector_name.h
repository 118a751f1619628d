#pragma once
// A new connector's name, as it stands in ids, class names and host names.
#include <string>
#include <string_view>

#include "base/result.h"

namespace patchbay::author {

class ConnectorName {
 public:
  // kInvalidArgument says what a name must be like.
  static Result<ConnectorName> parse(std::string_view text);

  [[nodiscard]] const std::string& id() const { return id_; }  // "big_hr"
  [[nodiscard]] std::string class_name() const;                // "BigHr"
  [[nodiscard]] std::string host_label() const;                // "big-hr"
  // A template's text with this name in the place of acme, Acme and acme.example.
  [[nodiscard]] std::string put_into(std::string_view text) const;

 private:
  explicit ConnectorName(std::string id) : id_(std::move(id)) {}
  std::string id_;
};

}  // namespace patchbay::author
