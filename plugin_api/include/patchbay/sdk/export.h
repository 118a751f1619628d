// Makes a C++ class the connector of a library.
//
//   class Acme {
//    public:
//     explicit Acme(patchbay::sdk::Host host);
//     std::unique_ptr<Flow> connect(Input input) const;   // refresh, revoke alike
//     std::unique_ptr<Flow> invoke(Input input) const;    // only if it has such actions
//     const void* extension(std::string_view id) const;   // only if it has extensions
//   };
//   PATCHBAY_CONNECTOR(Acme, patchbay::sdk::embedded_manifest())
//
// Where each flow is a class made from an Input alone: using Acme = Flows<Connect, Refresh,
// Revoke>.
//
// One object is made for each instance. Its functions are const because several threads may call
// them at once; a null flow means that the auth method is unknown. Exceptions end at the shims
// here.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include "patchbay/connector.h"
#include "patchbay/sdk/flow.h"
#include "patchbay/sdk/host.h"
#include "patchbay/sdk/input.h"
#include "patchbay/sdk/manifest.h"

namespace patchbay::sdk {

template <class Type>
concept ConnectorType =
    std::constructible_from<Type, Host> && requires(const Type& type, Input input) {
      { type.connect(std::move(input)) } -> std::same_as<std::unique_ptr<Flow>>;
      { type.refresh(std::move(input)) } -> std::same_as<std::unique_ptr<Flow>>;
      { type.revoke(std::move(input)) } -> std::same_as<std::unique_ptr<Flow>>;
    };
template <class Type>
concept Invocable = requires(const Type& type, Input input) {
  { type.invoke(std::move(input)) } -> std::same_as<std::unique_ptr<Flow>>;
};
template <class Type>
concept Extensible = requires(const Type& type, std::string_view id) {
  { type.extension(id) } -> std::same_as<const void*>;
};

// A connector that makes one kind of flow for each operation, whatever the auth method.
template <class Connect, class Refresh, class Revoke>
class Flows {
 public:
  explicit Flows(Host) {}
  std::unique_ptr<Flow> connect(Input input) const {
    return std::make_unique<Connect>(std::move(input));
  }
  std::unique_ptr<Flow> refresh(Input input) const {
    return std::make_unique<Refresh>(std::move(input));
  }
  std::unique_ptr<Flow> revoke(Input input) const {
    return std::make_unique<Revoke>(std::move(input));
  }
};

template <ConnectorType Type>
struct Shims {
  enum class Begin { connect, refresh, revoke, invoke };

  static patchbay_status PATCHBAY_CALL create(const patchbay_host* host,
                                              patchbay_instance** out) noexcept {
    if (out == nullptr) return PATCHBAY_E_INVALID;
    *out = nullptr;
    if (host == nullptr || !PATCHBAY_HAS(patchbay_host, host, get_extension)) {
      return PATCHBAY_E_INVALID;
    }
    try {
      *out = reinterpret_cast<patchbay_instance*>(std::make_unique<Type>(Host(host)).release());
      return PATCHBAY_OK;
    } catch (const std::bad_alloc&) {
      return PATCHBAY_E_NO_MEMORY;
    } catch (...) {
      return PATCHBAY_E_INTERNAL;
    }
  }

  static void PATCHBAY_CALL destroy(patchbay_instance* instance) noexcept {
    const std::unique_ptr<Type> owner(reinterpret_cast<Type*>(instance));
  }

  template <Begin begin>
  static patchbay_status PATCHBAY_CALL begin_flow(patchbay_instance* instance,
                                                  const patchbay_input* input,
                                                  patchbay_flow** out) noexcept {
    if (out == nullptr) return PATCHBAY_E_INVALID;
    *out = nullptr;
    if (instance == nullptr || !Input::readable(input)) return PATCHBAY_E_INVALID;
    try {
      const Type& type = *reinterpret_cast<const Type*>(instance);
      std::unique_ptr<Flow> flow;
      if constexpr (begin == Begin::connect) flow = type.connect(Input(*input));
      if constexpr (begin == Begin::refresh) flow = type.refresh(Input(*input));
      if constexpr (begin == Begin::revoke) flow = type.revoke(Input(*input));
      if constexpr (begin == Begin::invoke) flow = type.invoke(Input(*input));
      if (flow == nullptr) return PATCHBAY_E_UNSUPPORTED;
      *out = reinterpret_cast<patchbay_flow*>(flow.release());
      return PATCHBAY_OK;
    } catch (const std::bad_alloc&) {
      return PATCHBAY_E_NO_MEMORY;
    } catch (...) {
      return PATCHBAY_E_INTERNAL;
    }
  }

  static patchbay_status PATCHBAY_CALL step(patchbay_flow* flow, const patchbay_event* event,
                                            patchbay_action* action) noexcept {
    if (flow == nullptr) return PATCHBAY_E_INVALID;
    return reinterpret_cast<Flow*>(flow)->advance(event, action);
  }

  static void PATCHBAY_CALL release(patchbay_flow* flow) noexcept {
    const std::unique_ptr<Flow> owner(reinterpret_cast<Flow*>(flow));
  }

  static const void* PATCHBAY_CALL get_extension(patchbay_instance* instance,
                                                 patchbay_str id) noexcept {
    if constexpr (Extensible<Type>) {
      try {
        return reinterpret_cast<const Type*>(instance)->extension(view(id));
      } catch (...) {
        return nullptr;
      }
    } else {
      static_cast<void>(instance);
      static_cast<void>(id);
      return nullptr;
    }
  }

  static patchbay_connector table(std::string_view manifest) noexcept {
    patchbay_connector table{};
    table.struct_size = sizeof(table);
    table.abi_minor = PATCHBAY_ABI_MINOR;
    table.manifest = borrow(manifest);
    table.create = &create;
    table.destroy = &destroy;
    table.connect = &begin_flow<Begin::connect>;
    table.refresh = &begin_flow<Begin::refresh>;
    table.revoke = &begin_flow<Begin::revoke>;
    if constexpr (Invocable<Type>) {
      table.invoke = &begin_flow<Begin::invoke>;
    }
    table.step = &step;
    table.release = &release;
    table.get_extension = &get_extension;
    return table;
  }
};

// patchbay_connector_query for a connector written as a class.
template <ConnectorType Type>
const patchbay_connector* query(std::string_view manifest, std::uint32_t host_major,
                                std::uint32_t* connector_major) noexcept {
  static const patchbay_connector table = Shims<Type>::table(manifest);
  if (connector_major != nullptr) *connector_major = PATCHBAY_ABI_MAJOR;
  return host_major == PATCHBAY_ABI_MAJOR ? &table : nullptr;
}

}  // namespace patchbay::sdk

#define PATCHBAY_CONNECTOR(Type, manifest)                                                     \
  extern "C" PATCHBAY_EXPORT const patchbay_connector* PATCHBAY_CALL patchbay_connector_query( \
      uint32_t host_major, uint32_t, uint32_t* connector_major) {                              \
    return ::patchbay::sdk::query<Type>((manifest), host_major, connector_major);              \
  }
