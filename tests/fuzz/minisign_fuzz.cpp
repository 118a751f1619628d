// Texts that lie beside a library or in the operator's list of keys: the first byte chooses, 'k' a
// public key, anything else a signature. None of them fits the fuzzer's file by chance.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "connector/trust/minisign.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace patchbay::connector;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  const auto text = bytes.substr(1);
  if (bytes.front() == 'k') {
    const auto key = parse_minisign_key(text);
    require(key ? key->id.size() == 16 : !key.error().message.empty());
    return 0;
  }
  const auto signature = parse_minisign_signature(text);
  if (!signature) {
    require(!signature.error().message.empty());
    return 0;
  }
  require(signature->key_id.size() == 16 && signature->trusted_comment.size() < text.size());
  MinisignKey key{signature->key_id, {}};
  key.key[0] = 9;
  require(!verify_minisign("the fuzzer's file", *signature, key));
  return 0;
}
