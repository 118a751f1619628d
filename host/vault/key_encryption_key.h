#pragma once
// The hub's one long-lived secret: 256 bits that wrap the data keys and never touch a record. Lives
// outside the database, so that a stolen database or backup opens nothing. Move only; the bytes
// are wiped with the object.
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace patchbay::vault {

class KeyEncryptionKey {
 public:
  static constexpr std::size_t kBytes = 32;

  // From text as people keep it: 64 hex digits, or base64 / base64url of 32 bytes, blanks and line
  // breaks around it ignored. Anything else is kConfiguration; the message never quotes the text.
  static Result<KeyEncryptionKey> parse(std::string_view text);
  static KeyEncryptionKey generate(Random& random);

  // The first 8 hex digits of the key's SHA-256: tells keys apart, gives nothing away.
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] std::string_view reveal() const { return bytes_.reveal(); }
  [[nodiscard]] KeyEncryptionKey copy() const { return KeyEncryptionKey(bytes_.copy()); }

 private:
  explicit KeyEncryptionKey(SecretString bytes);
  SecretString bytes_;
  std::string id_;
};

}  // namespace patchbay::vault
