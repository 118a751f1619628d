#include "connector/worker/flow_codec.h"

#include <concepts>
#include <cstring>
#include <type_traits>

namespace patchbay::connector {
namespace {

// One description per struct serves both directions: `visit` names the members in wire order, and
// an archive writes or reads each of them.
class Encoder {
 public:
  template <std::integral Int>
  void operator()(const Int& value) {
    std::array<char, sizeof(Int)> bytes{};
    auto rest = static_cast<std::make_unsigned_t<Int>>(value);
    for (auto& byte : bytes) {
      byte = static_cast<char>(rest & 255U);
      if constexpr (sizeof(Int) > 1) rest >>= 8U;
    }
    out_.append({bytes.data(), bytes.size()});
  }
  void operator()(const Operation& value) { (*this)(static_cast<std::uint32_t>(value)); }
  void operator()(const bool& value) { (*this)(static_cast<std::uint8_t>(value)); }
  void operator()(const std::string& value) { text(value); }
  void operator()(const SecretString& value) { text(value.reveal()); }
  void operator()(const std::array<std::uint8_t, 32>& value) {
    out_.append({reinterpret_cast<const char*>(value.data()), value.size()});
  }
  template <class T>
  void operator()(const std::vector<T>& list) {
    (*this)(static_cast<std::uint32_t>(list.size()));
    for (const auto& item : list) (*this)(item);
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(const T& object) {
    visit(*this, object);
  }

  SecretString take() { return std::move(out_); }

 private:
  void text(std::string_view bytes) {
    (*this)(static_cast<std::uint32_t>(bytes.size()));
    out_.append(bytes);
  }
  SecretString out_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  template <std::integral Int>
  void operator()(Int& value) {
    const auto bytes = take(sizeof(Int));
    std::make_unsigned_t<Int> result = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
      if constexpr (sizeof(Int) > 1) result = static_cast<decltype(result)>(result << 8U);
      result = static_cast<decltype(result)>(result | static_cast<std::uint8_t>(bytes[i]));
    }
    value = static_cast<Int>(result);
  }
  void operator()(Operation& value) {
    std::uint32_t number = 0;
    (*this)(number);
    if (number < 1 || number > 4) ok_ = false;
    value = static_cast<Operation>(number);
  }
  void operator()(bool& value) {
    std::uint8_t byte = 0;
    (*this)(byte);
    if (byte > 1) ok_ = false;
    value = byte == 1;
  }
  void operator()(std::string& value) { value = text(); }
  void operator()(SecretString& value) { value = SecretString(text()); }
  void operator()(std::array<std::uint8_t, 32>& value) {
    const auto bytes = take(value.size());
    if (ok_) std::memcpy(value.data(), bytes.data(), value.size());
  }
  template <class T>
  void operator()(std::vector<T>& list) {
    std::uint32_t count = 0;
    (*this)(count);
    if (count > kMaxListItems || count > rest_.size()) ok_ = false;
    for (std::uint32_t i = 0; ok_ && i < count; ++i) (*this)(list.emplace_back());
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    bool present = false;
    (*this)(present);
    if (ok_ && present) (*this)(value.emplace());
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(T& object) {
    visit(*this, object);
  }

  [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const auto bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  std::string_view text() {
    std::uint32_t size = 0;
    (*this)(size);
    return take(size);
  }

  std::string_view rest_;
  bool ok_ = true;
};

template <class Archive, class... Members>
void members(Archive& archive, Members&... each) {
  (archive(each), ...);
}

// `T` is the struct, const when it is being encoded.
template <class T, class Struct>
concept Is = std::same_as<std::remove_const_t<T>, Struct>;

template <class A, Is<NamedValue> T>
void visit(A& a, T& v) {
  members(a, v.name, v.value);
}
template <class A, Is<NamedSecret> T>
void visit(A& a, T& v) {
  members(a, v.name, v.value);
}
template <class A, Is<Token> T>
void visit(A& a, T& v) {
  members(a, v.name, v.value, v.type, v.expires_unix_ms, v.scopes, v.scopes_known);
}
template <class A, Is<FlowInput> T>
void visit(A& a, T& v) {
  members(a, v.auth_method_id, v.environment_id, v.fields, v.secrets, v.setup_fields,
          v.setup_secrets, v.tokens, v.needed_permissions, v.redirect_uri, v.action_id,
          v.arguments_json);
}
template <class A, Is<FlowReply> T>
void visit(A& a, T& v) {
  members(a, v.flags, v.net_error, v.http_status, v.headers, v.body);
}
template <class A, Is<FlowEvent> T>
void visit(A& a, T& v) {
  members(a, v.kind, v.unix_ms, v.random, v.replies, v.query, v.fields, v.secrets);
}
template <class A, Is<FlowRequest> T>
void visit(A& a, T& v) {
  members(a, v.flags, v.method, v.url, v.headers, v.body, v.timeout_ms, v.max_body_bytes);
}
template <class A, Is<FlowMessage> T>
void visit(A& a, T& v) {
  members(a, v.id, v.args, v.fallback, v.field_id);
}
template <class A, Is<FlowDone> T>
void visit(A& a, T& v) {
  members(a, v.tokens, v.secrets, v.granted_permissions, v.facts, v.result_json);
}
template <class A, Is<FlowFail> T>
void visit(A& a, T& v) {
  members(a, v.failure, v.message, v.permission_id, v.retry_after_ms, v.provider_excerpt, v.tokens);
}
template <class A, Is<FlowAction> T>
void visit(A& a, T& v) {
  members(a, v.kind, v.requests, v.wait_ms, v.redirect_url, v.redirect_state, v.ask_field_ids,
          v.ask_reason, v.done, v.fail, v.notices);
}
template <class A, Is<BeginMessage> T>
void visit(A& a, T& v) {
  members(a, v.operation, v.input);
}
template <class A, Is<ActionMessage> T>
void visit(A& a, T& v) {
  members(a, v.status, v.action);
}
template <class A, Is<LoadedMessage> T>
void visit(A& a, T& v) {
  members(a, v.failure, v.connector_major, v.abi_minor, v.detail, v.manifest, v.walls);
}
template <class A, Is<LogMessage> T>
void visit(A& a, T& v) {
  members(a, v.level, v.text);
}
template <class A, Is<DeniedMessage> T>
void visit(A& a, T& v) {
  members(a, v.system_call, v.ended);
}

template <class Message>
SecretString encode_any(const Message& message) {
  Encoder encoder;
  encoder(message);
  return encoder.take();
}

}  // namespace

SecretString encode(const BeginMessage& message) {
  return encode_any(message);
}
SecretString encode(const FlowEvent& message) {
  return encode_any(message);
}
SecretString encode(const ActionMessage& message) {
  return encode_any(message);
}
SecretString encode(const LoadedMessage& message) {
  return encode_any(message);
}
SecretString encode(const DeniedMessage& message) {
  return encode_any(message);
}
SecretString encode(const LogMessage& message) {
  return encode_any(message);
}

template <class Message>
std::optional<Message> decode(std::string_view bytes) {
  if (bytes.size() > kMaxMessageBytes) return std::nullopt;
  Decoder decoder(bytes);
  Message message;
  decoder(message);
  if (!decoder.finished()) return std::nullopt;
  return message;
}

template std::optional<BeginMessage> decode(std::string_view);
template std::optional<FlowEvent> decode(std::string_view);
template std::optional<ActionMessage> decode(std::string_view);
template std::optional<LoadedMessage> decode(std::string_view);
template std::optional<LogMessage> decode(std::string_view);
template std::optional<DeniedMessage> decode(std::string_view);

std::string_view to_string(Operation operation) {
  switch (operation) {
    case Operation::kConnect:
      return "connect";
    case Operation::kRefresh:
      return "refresh";
    case Operation::kRevoke:
      return "revoke";
    case Operation::kInvoke:
      break;
  }
  return "invoke";
}

}  // namespace patchbay::connector
