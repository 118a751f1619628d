#pragma once
// Certificate and key of the server as files: whether the key is private, until when the
// certificate is valid, and whether somebody replaced them. Any thread; each call reads the disk.
#include <cstdint>
#include <string>

#include "base/result.h"

namespace patchbay::net {

struct TlsFiles {
  std::string certificate;  // PEM, the server's own first, then those between it and a root
  std::string key;          // PEM, not encrypted
};

// When the server's own certificate begins and ends to be valid, in unix ms. kConfiguration.
struct Validity {
  std::int64_t from = 0;
  std::int64_t until = 0;
};
Result<Validity> read_validity(const std::string& certificate_file);

// A regular file (or a link to one) of this user or root, that nobody else may read, but for its
// group. kConfiguration, saying what to do.
Result<> check_key_file(const std::string& key_file);

// Another value when somebody wrote or replaced a file, or what a link leads to.
std::string stamp_of(const TlsFiles& files);

}  // namespace patchbay::net
