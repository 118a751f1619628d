#pragma once
// One account as another hub's export tells it, before anybody has looked which connector it is
// for. Values without threads; everything that may be a secret is a SecretString.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connector/flow_types.h"

namespace patchbay::moving {

// What a value of a row is for. The exports name credentials by their kind and not as the
// connector's form does, so a value that fits no field by name may fit by what it is.
enum class FieldRole : std::uint8_t {
  kNamed,     // the field of that name, or none: then the form check says so
  kKey,       // an API key: else the form's only secret
  kUser,      // a user name: else the form's only field that is no secret
  kPassword,  // likewise, its only secret
  kExtra,     // the field of that name, if there is one
};

struct SourceField {
  std::string name;
  SecretString value;
  FieldRole role = FieldRole::kNamed;
};

// Tokens of somebody who signed in at the provider.
struct SourceTokens {
  SecretString refresh_token;        // empty: none
  SecretString access_token;         // empty: none
  std::int64_t expires_unix_ms = 0;  // of the access token; 0: not told
  std::optional<std::string> scopes;
};

struct SourceRow {
  std::int64_t number = 0;    // in the file, from 1; a CSV's header does not count
  std::int64_t line = 0;      // of the file, that it begins in
  std::string id;             // of the account there
  std::string provider;       // as --map knows it; the connector's id, unless that maps it
  std::string provider_kind;  // what else may be the connector's id
  std::string owner_id;
  std::string owner_name;
  std::string username;
  std::string label;
  std::string environment;      // empty: not told
  std::string metadata = "{}";  // JSON object
  std::vector<SourceField> fields;
  std::optional<SourceTokens> tokens;
  std::string problem;  // not empty: nothing can be made of it, and why
};

// Rows of one file, one after the other. One thread.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // Nothing: the file has ended. An error ends it, too: what follows can't be told apart.
  virtual Result<std::optional<SourceRow>> next() = 0;
  [[nodiscard]] virtual std::int64_t bytes_read() const = 0;
};

// What a file may hold; longer texts are refused row by row.
inline constexpr std::size_t kLongestRow = std::size_t{256} << 10U;
inline constexpr std::size_t kLongestText = 256;                      // of ids and names
inline constexpr std::size_t kLongestMetadata = 8'192;                // more is left out
inline constexpr std::size_t kLongestValue = std::size_t{64} << 10U;  // of a field or token
inline constexpr std::size_t kMostFields = 64;

// Sets `problem` where a text or value of the row can't be an account's: too long, no UTF-8, or
// with control characters. The problem names the place and never holds a value.
void check_texts(SourceRow& row);

// `text` for a terminal: control characters, and those that turn the line around, become "?".
std::string printable(std::string_view text);

}  // namespace patchbay::moving
