#include "vault/key_encryption_key.h"

#include "base/encoding.h"
#include "base/hash.h"

namespace patchbay::vault {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<std::string> decode(std::string_view text) {
  // Hexadecimal digits are base64 letters too; only the length of a key's base64 is left to it.
  const bool as_long_as_base64 = text.size() == 43 || text.size() == 44;
  if (!as_long_as_base64) {
    if (auto bytes = hex_decode(text)) return bytes;
  }
  if (auto bytes = base64_decode(text)) return bytes;
  return base64url_decode(text);
}

}  // namespace

KeyEncryptionKey::KeyEncryptionKey(SecretString bytes)
    : bytes_(std::move(bytes)), id_(sha256_hex(bytes_.reveal()).substr(0, 8)) {}

Result<KeyEncryptionKey> KeyEncryptionKey::parse(std::string_view text) {
  auto decoded = decode(trimmed(text));
  if (!decoded) {
    return make_error(ErrorCode::kConfiguration,
                      "it is neither base64 nor hexadecimal text of 32 bytes");
  }
  auto bytes = SecretString::take(*decoded);
  if (bytes.size() != kBytes) {
    return make_error(ErrorCode::kConfiguration,
                      "it holds " + std::to_string(bytes.size()) + " bytes; a key has exactly 32");
  }
  return KeyEncryptionKey(std::move(bytes));
}

KeyEncryptionKey KeyEncryptionKey::generate(Random& random) {
  auto bytes = random.bytes32();
  KeyEncryptionKey key{SecretString(as_text(bytes))};
  wipe(bytes.data(), bytes.size());
  return key;
}

}  // namespace patchbay::vault
