#pragma once
// The part of an address that says what the address is for, sealed with the vault: it can't be
// read, forged or used for another purpose or project, and the hub keeps no record of it. So it
// can't be taken back before it is over either: such a link opens little, or is over soon. Any
// thread; not inside a store closure (vault/vault.h).
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "vault/vault.h"

namespace patchbay::accounts {

enum class LinkPurpose : std::uint8_t {
  kGuide,   // reads what an integration's guide says; subject: integration id
  kManage,  // sees, reconnects and disconnects one account; subject: account id
  kSignIn,  // signs in at the provider in a window beside a frame; subject: connect session's token
};

struct SealedLink {
  std::string project_id;
  std::string subject;
  std::int64_t expires = 0;  // unix ms
};

// base64url, so that it may stand in an address as it is.
Result<std::string> seal_link(const vault::Vault& vault, LinkPurpose purpose,
                              const SealedLink& link);

// What was sealed; its project is the one to look in. kNotFound: none of ours, or for another
// purpose. kExpired.
Result<SealedLink> open_link(const vault::Vault& vault, LinkPurpose purpose, std::string_view token,
                             std::int64_t now_ms);

}  // namespace patchbay::accounts
