#pragma once
// Flow values as bytes, for the socket between hub and worker. Positional: integers little endian,
// strings and lists behind a 32-bit count, no recursion. Both programs come from one build, so
// there is no versioning. Decoding trusts nothing: every count is checked against the limits here
// and the bytes that are left, and left-over bytes are an error.
#include <optional>
#include <string_view>

#include "connector/flow_types.h"

namespace patchbay::connector {

inline constexpr std::size_t kMaxListItems = 1024;
inline constexpr std::size_t kMaxMessageBytes = std::size_t{16} << 20U;

struct BeginMessage {
  Operation operation = Operation::kConnect;
  FlowInput input;
};

// Answer to begin and step: a patchbay_status, and the action when it is PATCHBAY_OK.
struct ActionMessage {
  std::uint32_t status = 0;
  FlowAction action;
};

// Answer to load.
struct LoadedMessage {
  std::uint32_t failure = 0;  // LoadFailure; 0 = loaded
  std::uint32_t connector_major = 0;
  std::uint32_t abi_minor = 0;
  std::string detail;    // for the operator, when it failed
  std::string manifest;  // as the table hands it out
  std::string walls;     // what stands around it, for the log
};

struct LogMessage {
  std::uint32_t level = 0;
  std::string text;
};

// A system call that the walls denied.
struct DeniedMessage {
  std::uint32_t system_call = 0;  // its number on this machine's architecture
  bool ended = false;             // the worker ended for it; else it got an error and went on
};

// The bytes hold secrets: the buffer is wiped when it goes.
SecretString encode(const BeginMessage& message);
SecretString encode(const FlowEvent& message);
SecretString encode(const ActionMessage& message);
SecretString encode(const LoadedMessage& message);
SecretString encode(const LogMessage& message);
SecretString encode(const DeniedMessage& message);

template <class Message>
std::optional<Message> decode(std::string_view bytes);

extern template std::optional<BeginMessage> decode(std::string_view);
extern template std::optional<FlowEvent> decode(std::string_view);
extern template std::optional<ActionMessage> decode(std::string_view);
extern template std::optional<LoadedMessage> decode(std::string_view);
extern template std::optional<LogMessage> decode(std::string_view);
extern template std::optional<DeniedMessage> decode(std::string_view);

}  // namespace patchbay::connector
