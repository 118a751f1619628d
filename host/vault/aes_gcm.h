#pragma once
// AES-256-GCM (NIST SP 800-38D) through OpenSSL: 96-bit nonce, 128-bit tag behind the ciphertext.
// Any thread.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace patchbay::vault {

inline constexpr std::size_t kGcmKeyBytes = 32;
inline constexpr std::size_t kGcmNonceBytes = 12;
inline constexpr std::size_t kGcmTagBytes = 16;

using GcmNonce = std::array<std::uint8_t, kGcmNonceBytes>;

// Ciphertext and tag. The nonce must never repeat under one key. The key has kGcmKeyBytes; texts
// stay below 1 GiB. Ends the process if OpenSSL has no AES-GCM.
std::string gcm_seal(std::string_view key, const GcmNonce& nonce, std::string_view associated,
                     std::string_view plaintext);

// nullopt: key, nonce, associated data or ciphertext are not the ones that were sealed.
std::optional<SecretString> gcm_open(std::string_view key, const GcmNonce& nonce,
                                     std::string_view associated, std::string_view sealed);

}  // namespace patchbay::vault
