#pragma once
// Where the key-encryption key comes from. Each failure is kConfiguration and says how to make a
// key. Reading happens once, at start, before other threads run.
#include <string>
#include <variant>

#include "base/random.h"
#include "base/result.h"
#include "vault/key_encryption_key.h"

namespace patchbay::vault {

// A regular file, no symbolic link, mode 0400 or 0600, owned by this user or root.
struct KeyFile {
  std::string path;
};

// An environment variable. It is wiped and removed once it was read, so that neither child
// processes nor /proc/<pid>/environ show it.
struct KeyVariable {
  std::string name;
};

// A systemd credential (systemd.exec(5), LoadCredential=): a file below $CREDENTIALS_DIRECTORY.
// systemd may grant access by ACL, which shows as a group bit; so only the others' bits must be
// clear here.
struct KeyCredential {
  std::string name;
};

using KeySource = std::variant<KeyFile, KeyVariable, KeyCredential>;

Result<KeyEncryptionKey> load_key(const KeySource& source);

// Writes a new key as base64 to a file that must not exist yet (mode 0400), and waits until the
// disk has it. Returns the key's id.
Result<std::string> create_key_file(const std::string& path, Random& random);

}  // namespace patchbay::vault
