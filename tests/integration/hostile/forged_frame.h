#pragma once
// A frame as worker and hub write them (host/connector/worker/frame.h), by whoever should not.
#include <cstdint>
#include <string>
#include <string_view>

namespace hostile {

// "PB02", type, whether a memfd holds the payload, flow, size of the payload behind.
inline std::string forged_frame(std::uint16_t type, std::uint64_t flow, std::string_view payload,
                                std::uint16_t in_memfd = 0) {
  const std::uint64_t size = payload.size();
  std::string packet("PB02");
  const auto add = [&packet](const auto& value) {
    packet.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  add(type);
  add(in_memfd);
  add(flow);
  add(size);
  return packet.append(payload);
}

}  // namespace hostile
