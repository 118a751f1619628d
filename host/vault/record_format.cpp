#include "vault/record_format.h"

#include "base/encoding.h"
#include "base/hash.h"
#include "vault/aes_gcm.h"

namespace patchbay::vault::record {
namespace {

void append_big_endian(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out += static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xFFU);
  }
}

}  // namespace

std::string encode_place(const Place& place) {
  std::string out;
  for (const auto part : {place.table, place.project_id, place.row_id, place.column}) {
    append_big_endian(out, part.size(), 4);
    out += part;
  }
  append_big_endian(out, static_cast<std::uint64_t>(place.generation), 8);
  return out;
}

std::string header(std::string_view key_id, std::string_view encoded_place) {
  std::string out;
  out += kVersion;
  out += static_cast<char>(key_id.size());
  out += key_id;
  out += as_text(sha256(encoded_place)).substr(0, kPlaceMarkBytes);
  return out;
}

std::optional<Parts> split(std::string_view record) {
  if (record.size() < 2 || record[0] != kVersion) return std::nullopt;
  const std::size_t id_size = static_cast<std::uint8_t>(record[1]);
  const std::size_t header_size = 2 + id_size + kPlaceMarkBytes;
  if (record.size() < header_size + kGcmNonceBytes + kGcmTagBytes) return std::nullopt;
  return Parts{record.substr(0, header_size), record.substr(2, id_size),
               record.substr(2 + id_size, kPlaceMarkBytes),
               record.substr(header_size, kGcmNonceBytes),
               record.substr(header_size + kGcmNonceBytes)};
}

}  // namespace patchbay::vault::record
