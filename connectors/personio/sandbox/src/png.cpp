#include "png.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <string_view>

namespace patchbay::personio_sandbox {
namespace {

void add_number(std::string& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>((number >> static_cast<unsigned>(shift)) & 255U);
  }
}

void add_chunk(std::string& png, std::string_view name, std::string_view data) {
  boost::crc_32_type checksum;
  checksum.process_bytes(name.data(), name.size());
  checksum.process_bytes(data.data(), data.size());
  add_number(png, static_cast<std::uint32_t>(data.size()));
  png.append(name).append(data);
  add_number(png, checksum.checksum());
}

std::uint32_t adler32(std::string_view bytes) {
  constexpr std::uint32_t kBase = 65521;
  std::uint32_t low = 1;
  std::uint32_t high = 0;
  for (const char c : bytes) {
    low = (low + static_cast<unsigned char>(c)) % kBase;
    high = (high + low) % kBase;
  }
  return high << 16U | low;
}

/// A zlib stream of blocks that are stored as they are.
std::string stored(std::string_view bytes) {
  constexpr std::size_t kBlock = 65535;
  std::string stream = "\x78\x01";
  for (std::size_t at = 0; at < bytes.size(); at += kBlock) {
    const std::string_view block = bytes.substr(at, kBlock);
    const auto size = static_cast<std::uint32_t>(block.size());
    stream += at + kBlock >= bytes.size() ? '\x01' : '\x00';
    for (const std::uint32_t number : {size, ~size}) {
      stream += static_cast<char>(number & 255U);
      stream += static_cast<char>((number >> 8U) & 255U);
    }
    stream += block;
  }
  add_number(stream, adler32(bytes));
  return stream;
}

}  // namespace

std::string one_colour_png(std::uint32_t width, std::array<std::uint8_t, 3> colour) {
  std::string header;
  add_number(header, width);
  add_number(header, width);
  header += std::string("\x08\x03\x00\x00\x00", 5);  // 8 bits that index a palette
  std::string palette;
  for (const std::uint8_t part : colour) palette += static_cast<char>(part);
  // Each line: no filter, then the palette's first entry over and over.
  const std::string pixels((std::size_t{width} + 1) * width, '\0');

  std::string png = "\x89PNG\r\n\x1a\n";
  add_chunk(png, "IHDR", header);
  add_chunk(png, "PLTE", palette);
  add_chunk(png, "IDAT", stored(pixels));
  add_chunk(png, "IEND", "");
  return png;
}

}  // namespace patchbay::personio_sandbox
